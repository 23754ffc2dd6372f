import { readdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { DirectoryStore } from '../../libs/storage';
import { Life } from '../compat/life';
import { AppProcess } from '../replica/app-process';
import { makePlaces, type Places } from '../replica/places';
import { hashFolder } from '../bad-input/hash-folder';

/** The store has lost its newest entries without a trace, and the disk is still there. */
describe('A replica without its newest entry, on a host that knows it was stored', () => {
  let places: Places;
  let running: AppProcess | null = null;
  beforeEach(() => {
    places = makePlaces();
  });
  afterEach(async () => {
    await Life.endLeftovers();
    await running?.kill();
    running = null;
    places.remove();
  });

  const begin = async (): Promise<Life> =>
    Life.start({
      database: places.database,
      store: await DirectoryStore.open({ root: places.replica }),
    });

  function loseNewestEntries(count: number): void {
    const folder = join(places.replica, 'ltx', '0');
    const lost = readdirSync(folder).toSorted().slice(-count);
    for (const name of lost) rmSync(join(folder, name));
  }

  it.each([1, 2])(
    'stops after a clean end with REPLICA_BEHIND, %i entries short, and changes nothing',
    async (count) => {
      const life = await begin();
      await life.store('CREATE TABLE t (x); INSERT INTO t VALUES (1)');
      const stored = await life.store('INSERT INTO t VALUES (2)');
      await life.end();
      loseNewestEntries(count);
      const before = hashFolder(dirname(places.database));
      await expect(begin()).rejects.toMatchObject({
        code: 'REPLICA_BEHIND',
        message: expect.stringContaining(`TXID ${stored + 1 - count}`) as string,
      });
      expect(hashFolder(dirname(places.database))).toEqual(before);
    },
  );

  it('stores it again from the write-ahead log after a kill', async () => {
    const first = await AppProcess.start(places);
    running = first.app;
    await first.app.store('CREATE TABLE t (x); INSERT INTO t VALUES (1)');
    await first.app.store('INSERT INTO t VALUES (2)');
    await first.app.kill();
    loseNewestEntries(1);

    const second = await AppProcess.start(places);
    running = second.app;
    expect(second.outcome.origin).toBe('continued');
    await second.app.ask({ do: 'flush' });
    await second.app.kill();
    places.wipeDisk();

    const third = await AppProcess.start(places);
    running = third.app;
    expect(await third.app.all('SELECT x FROM t')).toEqual([{ x: 1 }, { x: 2 }]);
  });
});
