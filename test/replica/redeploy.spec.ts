import { AppProcess } from './app-process';
import { makePlaces, type Places } from './places';

describe('A redeploy', () => {
  let places: Places;
  beforeEach(() => {
    places = makePlaces();
  });
  afterEach(() => places.remove());

  it('brings back everything that was stored, after the process was killed and the disk wiped', async () => {
    const first = await AppProcess.start(places);
    expect(first.outcome).toMatchObject({ origin: 'created', epoch: 1, txid: 1, time: null });
    await first.app.store('CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT)');
    await first.app.store(`INSERT INTO t (name) VALUES ('one'), ('two')`);
    await first.app.kill();
    places.wipeDisk();

    const second = await AppProcess.start(places);
    expect(second.outcome).toMatchObject({ origin: 'restored', txid: 3, epoch: 4 });
    expect(await second.app.all('SELECT name FROM t ORDER BY id')).toEqual([
      { name: 'one' },
      { name: 'two' },
    ]);
    await second.app.store(`INSERT INTO t (name) VALUES ('three')`);
    expect(await second.app.stop()).toBe(true);

    places.wipeDisk();
    const third = await AppProcess.start(places);
    expect(await third.app.all('SELECT count(*) n FROM t')).toEqual([{ n: 3 }]);
    await third.app.kill();
  });

  it('continues the very file of a clean end, without a restore', async () => {
    const first = await AppProcess.start(places);
    await first.app.store('CREATE TABLE t (id INTEGER PRIMARY KEY)');
    expect(await first.app.stop()).toBe(true);
    const second = await AppProcess.start(places);
    expect(second.outcome.origin).toBe('continued');
    await second.app.store('INSERT INTO t VALUES (1)');
    await second.app.kill();
  });

  it('continues a kept disk after a kill, and publishes what had not been stored', async () => {
    const first = await AppProcess.start({ ...places, publishIntervalMs: 60_000 });
    await first.app.store('CREATE TABLE t (id INTEGER PRIMARY KEY)');
    await first.app.exec('INSERT INTO t VALUES (7)');
    await first.app.kill();
    const second = await AppProcess.start(places);
    expect(second.outcome.origin).toBe('continued');
    expect(await second.app.all('SELECT id FROM t')).toEqual([{ id: 7 }]);
    await second.app.ask({ do: 'flush' });
    await second.app.kill();

    places.wipeDisk();
    const third = await AppProcess.start(places);
    expect(await third.app.all('SELECT id FROM t')).toEqual([{ id: 7 }]);
    await third.app.kill();
  });
});
