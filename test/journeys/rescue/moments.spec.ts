import { cpSync } from 'node:fs';
import { createSqliteEngine } from '../../../libs/engine';
import { restorePoints, restoreToFile } from '../../../libs/replica';
import { DirectoryStore } from '../../../libs/storage';
import type { ListedObject, ListOptions, ObjectStore } from '../../../libs/storage/object-store';
import { Life, realClock } from '../../compat/life';
import { rowHash, rowHashOfFile } from '../../compat/row-hash';
import { temporaryFolder } from '../support/temporary-folder';

/** As S3 lists: without the times that objects speak of. */
function withoutTimes(store: ObjectStore): ObjectStore {
  const list = async function* (
    prefix: string,
    options?: ListOptions,
  ): AsyncGenerator<ListedObject> {
    for await (const { key, size } of store.list(prefix, options)) yield { key, size };
  };
  return {
    capabilities: store.capabilities,
    get: (key, options) => store.get(key, options),
    put: (key, body, options) => store.put(key, body, options),
    head: (key, options) => store.head(key, options),
    deleteMany: (keys, options) => store.deleteMany(keys, options),
    list,
  };
}

describe('Somebody deleted what should have stayed', () => {
  const folder = temporaryFolder();
  let files = 0;
  afterEach(() => Life.endLeftovers());

  it.each([
    ['a store that lists times', (store: ObjectStore) => store],
    ['one that has to be asked', withoutTimes],
  ])('and the moment before comes back, to the millisecond, from %s', async (_, seen) => {
    const store = await DirectoryStore.open({ root: folder.file('app.db.replica') });
    const life = await Life.start({ database: folder.file('app.db'), store });
    const states = new Map<number, string>();
    const run = async (sql: string): Promise<void> => {
      const txid = await life.store(sql);
      states.set(txid, rowHash(life.app));
    };
    await run('CREATE TABLE t (x)');
    for (let n = 0; n < 12; n++) await run(`INSERT INTO t VALUES (${n})`);
    await run('DELETE FROM t WHERE x % 2 = 0');
    for (let n = 0; n < 3; n++) await run(`INSERT INTO t VALUES (${n + 100})`);
    const deletion = 15;

    const points = await restorePoints({ store: seen(store), clock: realClock });
    const timeOf = (txid: number): number => points.find((point) => point.txid === txid)!.time;
    const at = async (time: number) => {
      const path = folder.file(`at-${files++}.db`);
      const engine = createSqliteEngine({ path });
      const { txid } = await restoreToFile({
        store: seen(store),
        engine,
        clock: realClock,
        at: time,
      });
      return { txid, rows: rowHashOfFile(path) };
    };
    const before = { txid: deletion - 1, rows: states.get(deletion - 1) };
    expect(await at(timeOf(deletion))).toEqual(before);
    expect(await at(timeOf(deletion - 1) + 1)).toEqual(before);
    expect(await at(timeOf(deletion) + 1)).toEqual({ txid: deletion, rows: states.get(deletion) });
    expect(await at(timeOf(deletion - 1))).toMatchObject({ txid: deletion - 2 });
    await life.end();
  });

  it.each([
    ['a store that lists times', (store: ObjectStore) => store],
    ['one that has to be asked', withoutTimes],
  ])('also from a copy that did not keep the times of its files, on %s', async (_, seen) => {
    const original = await DirectoryStore.open({ root: folder.file('app.db.replica') });
    const life = await Life.start({ database: folder.file('app.db'), store: original });
    for (let n = 0; n < 9; n++) await life.store(`CREATE TABLE t${n} (x)`);
    await life.end();
    const points = await restorePoints({ store: original, clock: realClock });

    cpSync(folder.file('app.db.replica'), folder.file('copy'), { recursive: true });
    // The app goes on with the copy, so that the newest entries are dated rightly.
    const copy = await DirectoryStore.open({ root: folder.file('copy') });
    const next = await Life.start({ database: folder.file('next.db'), store: copy });
    await next.store('CREATE TABLE more (x)');
    await next.end();

    const store = seen(copy);
    const to = points[0]!.time + 1;
    expect(await restorePoints({ store, clock: realClock, to })).toEqual(points);
    const all = await restorePoints({ store, clock: realClock });
    expect(all.slice(-points.length)).toEqual(points);
    for (const { txid, time } of points) {
      const engine = createSqliteEngine({ path: folder.file(`copied-${txid}.db`) });
      const at = time + 1;
      const target = points.find((point) => point.time < at)!.txid;
      expect(await restoreToFile({ store, engine, clock: realClock, at })).toMatchObject({
        txid: target,
      });
    }
  });

  it('and a moment in the future, or before the first state, is refused', async () => {
    const store = await DirectoryStore.open({ root: folder.file('app.db.replica') });
    const life = await Life.start({ database: folder.file('app.db'), store });
    await life.store('CREATE TABLE t (x)');
    const ask = (at: number) =>
      restoreToFile({
        store,
        engine: createSqliteEngine({ path: folder.file('r.db') }),
        clock: realClock,
        at,
      });
    await expect(ask(realClock.now() + 3_600_000)).rejects.toMatchObject({
      code: 'OPTION_INVALID',
    });
    await expect(ask(0)).rejects.toMatchObject({ code: 'RESTORE_POINT_UNKNOWN' });
    await life.end();
  });
});
