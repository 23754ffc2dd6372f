import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { AppProcess, Refused } from './app-process';
import { makePlaces, type Places } from './places';

const REFUSED_CODE = (error: unknown): string =>
  error instanceof Refused ? error.data.code : String(error);

describe('One writer at a time', () => {
  let places: Places;
  let apps: AppProcess[];
  beforeEach(() => {
    places = makePlaces();
    apps = [];
  });
  afterEach(async () => {
    for (const app of apps) await app.kill();
    places.remove();
  });

  const otherHost = (): Places => ({
    ...places,
    database: join(places.root, 'other-disk', 'app.db'),
  });
  const start = async (at: Places): Promise<AppProcess> => {
    const { app } = await AppProcess.start(at);
    apps.push(app);
    return app;
  };

  it('a second deployment supersedes the first at once, and the first is fenced for life', async () => {
    const first = await start(places);
    await first.store('CREATE TABLE t (id INTEGER PRIMARY KEY)');
    await first.store('INSERT INTO t VALUES (1)');
    const second = await start(otherHost());
    expect(await second.all('SELECT id FROM t')).toEqual([{ id: 1 }]);

    const refused = await first.store('INSERT INTO t VALUES (2)').catch(REFUSED_CODE);
    expect(refused).toBe('REPLICA_FENCED');
    expect(await first.store('SELECT 1').catch(REFUSED_CODE)).toBe('REPLICA_FENCED');
    expect((await first.status()).role).toBe('fenced');
    expect(await first.all('SELECT count(*) n FROM t')).toEqual([{ n: 2 }]);
    const refusedLocally = async (): Promise<boolean> =>
      first.exec('INSERT INTO t VALUES (NULL)').then(
        () => false,
        (error: Error) => error.message.includes('locked'),
      );
    // The write lock is taken right after the refusal; until then a commit is only local.
    for (const until = Date.now() + 10_000; !(await refusedLocally());)
      expect(Date.now()).toBeLessThan(until);

    await second.store('INSERT INTO t VALUES (4)');
    expect(await second.all('SELECT id FROM t')).toEqual([{ id: 1 }, { id: 4 }]);
  });

  it('a fenced host starts again as a newcomer and follows what the other wrote', async () => {
    const first = await start(places);
    await first.store('CREATE TABLE t (id INTEGER PRIMARY KEY)');
    const second = await start(otherHost());
    await second.store('INSERT INTO t VALUES (4)');
    await first.store('INSERT INTO t VALUES (2)').catch(REFUSED_CODE);
    await first.kill();

    const third = await AppProcess.start(places);
    apps.push(third.app);
    expect(third.outcome.origin).toBe('restored');
    expect(await third.app.all('SELECT id FROM t')).toEqual([{ id: 4 }]);
    const kept = readdirSync(join(places.root, 'disk')).filter((name) =>
      /^app\.db\.before-[^-]/.test(name),
    );
    expect(kept.length).toBeGreaterThan(0);
  });

  it('of several instances that begin a new history at the same moment one begins it, and none loses a commit', async () => {
    const hosts = ['a', 'b', 'c'].map((name) => ({
      ...places,
      database: join(places.root, name, 'app.db'),
    }));
    const started = await Promise.all(hosts.map((host) => start(host).catch(REFUSED_CODE)));
    const running = started.filter((app) => app instanceof AppProcess);
    expect(running.length).toBeGreaterThan(0);
    const stored: number[] = [];
    for (const [i, app] of running.entries()) {
      const outcome = await app
        .store(`CREATE TABLE IF NOT EXISTS t (id INTEGER PRIMARY KEY); INSERT INTO t VALUES (${i})`)
        .catch(REFUSED_CODE);
      if (typeof outcome === 'number') stored.push(i);
    }
    expect(stored).toHaveLength(1);
    for (const app of running) await app.kill();
    const last = await start({ ...places, database: join(places.root, 'last', 'app.db') });
    expect(await last.all('SELECT id FROM t')).toEqual(stored.map((id) => ({ id })));
  });

  it('a newcomer catches up with an owner that writes without pause, and none of its stored commits is lost', async () => {
    const first = await start(places);
    await first.store('CREATE TABLE t (id INTEGER PRIMARY KEY)');
    let stored = 0;
    const writing = (async () => {
      for (;;) {
        await first.store(`INSERT INTO t VALUES (${stored + 1})`);
        stored++;
      }
    })().catch(REFUSED_CODE);
    const second = await start(otherHost());
    expect(await writing).toBe('REPLICA_FENCED');
    const [row] = (await second.all('SELECT count(*) n, max(id) m FROM t')) as {
      n: number;
      m: number;
    }[];
    // The write that was refused may still have been part of what the newcomer took over; never less than was stored.
    expect(row!.n).toBeGreaterThanOrEqual(stored);
    expect(row!.m).toBe(row!.n || null);
  });

  it('a second process on the same file is refused', async () => {
    await start(places);
    await expect(start(places)).rejects.toThrow(/DATABASE_IN_USE/);
  });
});
