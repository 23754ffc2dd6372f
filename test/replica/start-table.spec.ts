import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import Database from 'better-sqlite3';
import { AppProcess, Refused } from './app-process';
import { inOtherProcess } from './other-process';
import { makePlaces, type Places } from './places';

// One test per row of the start table, and per reason why a kept file is not used.

describe('The start table', () => {
  let places: Places;
  let running: AppProcess[];
  beforeEach(() => {
    places = makePlaces();
    running = [];
  });
  afterEach(async () => {
    for (const app of running) await app.kill();
    places.remove();
  });

  const start = async (
    request: object = {},
  ): Promise<{ app: AppProcess; origin: string; rows: unknown[] }> => {
    const { app, outcome } = await AppProcess.start({ ...places, ...request });
    running.push(app);
    const rows = await app.all('SELECT x FROM t ORDER BY id').catch(() => []);
    return { app, origin: outcome.origin, rows: (rows as { x: string }[]).map(({ x }) => x) };
  };
  const refusal = async (
    request: object = {},
  ): Promise<{ code: string; message: string; hint: string }> => {
    const error = await start(request).then(
      () => new Error('it started'),
      (reason: unknown) => reason,
    );
    if (!(error instanceof Refused)) throw error;
    return error.data;
  };
  const makeDatabase = (path: string, ...rows: string[]): void => {
    mkdirSync(dirname(path), { recursive: true });
    const db = new Database(path);
    db.exec('CREATE TABLE t (id INTEGER PRIMARY KEY, x TEXT)');
    for (const row of rows) db.prepare('INSERT INTO t (x) VALUES (?)').run(row);
    db.close();
  };
  /** A life that stores `rows` and is killed. */
  const life = async (...rows: string[]): Promise<void> => {
    const { app } = await start();
    await app.store('CREATE TABLE IF NOT EXISTS t (id INTEGER PRIMARY KEY, x TEXT)');
    for (const row of rows) await app.store(`INSERT INTO t (x) VALUES ('${row}')`);
    await app.kill();
  };
  const afterRedeploy = async (): Promise<unknown[]> => {
    for (const app of running) await app.kill();
    places.wipeDisk();
    return (await start()).rows;
  };
  const setAside = (): string[] =>
    readdirSync(dirname(places.database)).filter((name) => /\.before-.*Z(-\d+)?$/.test(name));

  describe('an empty store', () => {
    it('and no file: a new database is created', async () => {
      expect((await start()).origin).toBe('created');
    });

    it('and a local file: it is adopted whole', async () => {
      makeDatabase(places.database, 'a', 'b');
      expect(await start()).toMatchObject({ origin: 'adopted', rows: ['a', 'b'] });
      expect(await afterRedeploy()).toEqual(['a', 'b']);
    });

    it('and a local file with commits that only its log has: they are adopted too', async () => {
      makeDatabase(places.database, 'a');
      inOtherProcess(
        places.database,
        `db.pragma('journal_mode = WAL'); db.pragma('wal_autocheckpoint = 0'); db.exec("INSERT INTO t (x) VALUES ('in the log')"); process.kill(process.pid, 'SIGKILL')`,
        { killed: true },
      );
      expect(existsSync(`${places.database}-wal`)).toBe(true);
      expect(await start()).toMatchObject({ origin: 'adopted', rows: ['a', 'in the log'] });
      expect(await afterRedeploy()).toEqual(['a', 'in the log']);
    });

    it('and a plain backup: the backup wins over a local file, which is set aside', async () => {
      const backup = join(places.root, 'store', 'app.db');
      makeDatabase(backup, 'from the backup');
      makeDatabase(places.database, 'shipped in the image');
      expect(await start({ backup })).toMatchObject({
        origin: 'adopted',
        rows: ['from the backup'],
      });
      expect(setAside()).toHaveLength(1);
      expect(await afterRedeploy()).toEqual(['from the backup']);
    });

    it('and a plain backup with commits in a log beside it: they are recovered', async () => {
      const backup = join(places.root, 'store', 'app.db');
      makeDatabase(backup, 'a');
      inOtherProcess(
        backup,
        `db.pragma('journal_mode = WAL'); db.exec("INSERT INTO t (x) VALUES ('in the log')"); process.kill(process.pid, 'SIGKILL')`,
        { killed: true },
      );
      expect((await start({ backup })).rows).toEqual(['a', 'in the log']);
    });

    it('and a plain backup that is no database: refused, nothing changed', async () => {
      const backup = join(places.root, 'store', 'app.db');
      mkdirSync(dirname(backup), { recursive: true });
      writeFileSync(
        backup,
        'not a database at all, only text that is long enough to look at'.repeat(20),
      );
      makeDatabase(places.database, 'kept');
      const before = readFileSync(places.database);
      expect(await refusal({ backup })).toMatchObject({
        code: 'DATABASE_NOT_SQLITE',
        key: 'app.db',
      });
      expect(readFileSync(places.database)).toEqual(before);
    });

    it('but replica.json: never a new database', async () => {
      await life('a');
      rmSync(join(places.replica, 'ltx'), { recursive: true });
      places.wipeDisk();
      expect((await refusal()).code).toBe('REPLICA_MISSING');
      expect(existsSync(places.database)).toBe(false);
    });
  });

  describe('a history', () => {
    it('and no file: restored', async () => {
      await life('a');
      places.wipeDisk();
      expect(await start()).toMatchObject({ origin: 'restored', rows: ['a'] });
    });

    it('and the file of the last life: continued', async () => {
      await life('a');
      expect(await start()).toMatchObject({ origin: 'continued', rows: ['a'] });
    });

    it('and the file of a life that was killed before anything was written: continued', async () => {
      await life('a');
      places.wipeDisk();
      const { app, origin } = await start();
      expect(origin).toBe('restored');
      await app.kill();
      expect(await start()).toMatchObject({ origin: 'continued', rows: ['a'] });
    });

    it('without replica.json, because the first life died in between: it is written anew', async () => {
      await life('a');
      rmSync(join(places.replica, 'replica.json'));
      places.wipeDisk();
      expect((await start()).rows).toEqual(['a']);
      expect(JSON.parse(readFileSync(join(places.replica, 'replica.json'), 'utf8'))).toMatchObject({
        format: 1,
      });
    });

    it('of another app: refused', async () => {
      await life('a');
      const path = join(places.replica, 'replica.json');
      writeFileSync(path, readFileSync(path, 'utf8').replace('"test"', '"another"'));
      expect((await refusal()).code).toBe('REPLICA_OF_ANOTHER_APP');
    });

    it('whose newest entry is missing, and a host that knows better: refused', async () => {
      const { app } = await start();
      await app.store('CREATE TABLE t (id INTEGER PRIMARY KEY, x TEXT)');
      expect(await app.stop()).toBe(true);
      const folder = join(places.replica, 'ltx', '0');
      rmSync(join(folder, readdirSync(folder).toSorted().at(-1)!));
      const refused = await refusal();
      expect(refused).toMatchObject({ code: 'REPLICA_BEHIND' });
      expect(refused.hint).toMatch(/TXID 2/);
    });
  });

  describe('a kept file is not used, but set aside and the replica restored,', () => {
    const expectRestored = async (...rows: string[]): Promise<void> => {
      expect(await start()).toMatchObject({ origin: 'restored', rows });
    };

    it('when its log was cut before the newest entry', async () => {
      await life('a', 'b', 'c');
      truncateSync(`${places.database}-wal`, readFileSync(`${places.database}-wal`).length - 4_120);
      await expectRestored('a', 'b', 'c');
      expect(setAside()).toHaveLength(1);
    });

    it('when its log is gone', async () => {
      await life('a');
      rmSync(`${places.database}-wal`);
      await expectRestored('a');
    });

    it('when an older main file was put back under the log', async () => {
      await life('a');
      cpSync(places.database, `${places.root}/old.db`);
      await life('b');
      rmSync(places.database);
      cpSync(`${places.root}/old.db`, places.database);
      await expectRestored('a', 'b');
    });

    it('when an older pair was put back', async () => {
      await life('a');
      cpSync(dirname(places.database), `${places.root}/old`, { recursive: true });
      await life('b');
      rmSync(dirname(places.database), { recursive: true });
      cpSync(`${places.root}/old`, dirname(places.database), { recursive: true });
      await expectRestored('a', 'b');
    });

    it('when only its log is there', async () => {
      await life('a');
      rmSync(places.database);
      await expectRestored('a');
      expect(setAside()).toHaveLength(0);
    });

    it('when its sidecar is gone, or unreadable', async () => {
      await life('a');
      rmSync(`${places.database}.persistence.json`);
      await expectRestored('a');
      for (const app of running) await app.kill();
      writeFileSync(`${places.database}.persistence.json`, '{"version":1,');
      await expectRestored('a');
    });

    it('when a foreign program wrote it while the app was stopped', async () => {
      await life('a');
      inOtherProcess(
        places.database,
        `db.exec("INSERT INTO t (x) VALUES ('foreign')"); db.close()`,
      );
      await expectRestored('a');
      expect(setAside()).toHaveLength(1);
    });
  });

  it('what a foreign program left in the log while the app was stopped is published', async () => {
    await life('a');
    inOtherProcess(
      places.database,
      `db.pragma('wal_autocheckpoint = 0'); db.exec("INSERT INTO t (x) VALUES ('foreign')"); process.kill(process.pid, 'SIGKILL')`,
      { killed: true },
    );
    const { app, origin, rows } = await start();
    expect({ origin, rows }).toEqual({ origin: 'continued', rows: ['a', 'foreign'] });
    await app.ask({ do: 'flush' });
    expect(await afterRedeploy()).toEqual(['a', 'foreign']);
  });

  it('three sets of files are kept aside, and no more', async () => {
    await life('a');
    for (let i = 0; i < 5; i++) {
      rmSync(`${places.database}.persistence.json`);
      const { app, origin } = await start();
      expect(origin).toBe('restored');
      await app.kill();
    }
    expect(setAside()).toHaveLength(3);
  });
});
