import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import Database from 'better-sqlite3';
import { DirectoryStore, MemoryStore } from '../../libs/storage';
import { FaultyObjectStore } from '../../libs/testing';
import { AppProcess } from './app-process';
import { InProcess } from './in-process';
import { makePlaces, type Places } from './places';

// Failures at the one moment at which they could have lost something: each of these once did.

describe('A failure at the worst moment', () => {
  let places: Places;
  let apps: AppProcess[];
  let lives: InProcess[];
  beforeEach(() => {
    places = makePlaces();
    apps = [];
    lives = [];
  });
  afterEach(async () => {
    for (const app of apps) await app.kill();
    for (const life of lives) await life.stop();
    places.remove();
  });

  const start = async (request: object = {}): Promise<AppProcess> => {
    const { app } = await AppProcess.start({ ...places, ...request });
    apps.push(app);
    return app;
  };
  const begin = async (options: ConstructorParameters<typeof InProcess>[0]): Promise<InProcess> => {
    const life = new InProcess(options);
    lives.push(life);
    return life.start();
  };
  const rows = async (app: AppProcess): Promise<number> =>
    ((await app.all('SELECT count(*) n FROM t')) as { n: number }[])[0]!.n;
  const setAside = (): string[] =>
    readdirSync(dirname(places.database)).filter((name) => name.includes('.before-'));
  const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
  /** No sidecar can be written while this folder stands in the way of its temporary file. */
  const blockSidecar = (): (() => void) => {
    const path = join(places.root, 'app.db.persistence.json.tmp');
    mkdirSync(path);
    return () => rmSync(path, { recursive: true });
  };
  /** What a new host restores from the store. */
  const restoredRows = async (store: MemoryStore): Promise<unknown> => {
    const again = await begin({ folder: places.root, store, name: 'again' });
    return again.db.prepare('SELECT count(*) n FROM t').get();
  };

  it('a checkpoint that fails behind the entry it captured loses no commit', async () => {
    const memory = new MemoryStore();
    const store = new FaultyObjectStore(memory);
    const life = await begin({ folder: places.root, store });
    await life.store('CREATE TABLE t (id INTEGER PRIMARY KEY, x)');
    const known = store.calls.length;
    store.inject({
      fault: { kind: 'delay', ms: 500 },
      when: ({ operation }) => operation === 'put',
    });
    life.db.exec(
      'WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 750) INSERT INTO t (x) SELECT zeroblob(100000) FROM n',
    );
    life.replica.wake();
    while (store.calls.length === known) await turn();
    life.db.exec(`INSERT INTO t (x) VALUES ('committed while the request is under way')`);
    const unblock = blockSidecar();
    while (life.replica.status().error === null) await turn();
    unblock();
    await life.replica.flush();
    expect(await restoredRows(memory)).toEqual({ n: 751 });
  });

  it('a snapshot that fails behind its last page loses no commit', async () => {
    const memory = new MemoryStore();
    const life = await begin({ folder: places.root, store: memory });
    await life.store('CREATE TABLE t (x)');
    const unblock = blockSidecar();
    const { worker } = (
      life.engine as unknown as { worker: { worker: { terminate(): Promise<number> } } }
    ).worker;
    await worker.terminate();
    life.db.exec('INSERT INTO t VALUES (1)');
    life.replica.wake();
    while (!life.replica.status().error?.message.includes('EISDIR')) await turn();
    unblock();
    await life.replica.flush();
    expect(await restoredRows(memory)).toEqual({ n: 1 });
  });

  it('the file of a clean end is dropped only for the history that holds its state', async () => {
    const other = join(places.root, 'store', 'other.replica');
    await (await start({ database: join(places.root, 'x', 'app.db'), replica: other })).stop();
    const first = await start();
    await first.store('CREATE TABLE t (x)');
    await first.stop();
    await start({ replica: other });
    expect(setAside()).not.toEqual([]);
  });

  it('the file of a clean end is set aside for an older plain file, where the history is gone', async () => {
    const backup = join(places.root, 'store', 'app.db');
    mkdirSync(dirname(backup), { recursive: true });
    new Database(backup).exec('CREATE TABLE t (x)').close();
    const first = await start({ backup });
    await first.store('INSERT INTO t VALUES (1)');
    await first.stop();
    rmSync(places.replica, { recursive: true });
    await start({ backup });
    expect(setAside()).not.toEqual([]);
  });

  it('a start that fails at its claim leaves unpublished commits provable', async () => {
    const first = await start({ publishIntervalMs: 3_600_000 });
    await first.store('CREATE TABLE t (x)');
    await first.exec('INSERT INTO t VALUES (1)');
    await first.kill();
    const store = new FaultyObjectStore(await DirectoryStore.open({ root: places.replica }));
    store.inject({
      fault: { kind: 'fail' },
      when: ({ operation }) => operation === 'put',
      times: Infinity,
    });
    const folder = dirname(places.database);
    await expect(new InProcess({ folder, store }).start()).rejects.toMatchObject({
      code: 'STORE_UNREACHABLE',
    });
    const next = await start();
    expect(await rows(next)).toBe(1);
    await next.ask({ do: 'flush' });
    await next.kill();
    places.wipeDisk();
    expect(await rows(await start())).toBe(1);
  });

  it('killed between that start and its first publish, the file is not taken for what is stored', async () => {
    const first = await start({ publishIntervalMs: 3_600_000 });
    await first.store('CREATE TABLE t (x)');
    await first.exec('INSERT INTO t VALUES (1)');
    await first.kill();
    const store = new FaultyObjectStore(await DirectoryStore.open({ root: places.replica }));
    store.inject({
      fault: { kind: 'fail' },
      when: ({ operation }) => operation === 'put',
      times: Infinity,
    });
    await new InProcess({ folder: dirname(places.database), store }).start().catch(() => undefined);
    await (await start()).kill();
    const next = await start();
    await next.store('CREATE TABLE IF NOT EXISTS u (x)');
    const here = await rows(next);
    await next.kill();
    places.wipeDisk();
    expect(await rows(await start())).toBe(here);
  });

  it('a clean end beside a foreign reader does not call its main file the whole state', async () => {
    await (await start()).store('CREATE TABLE t (x)');
    await apps[0]!.stop();
    const app = await start();
    const sqlite = JSON.stringify(require.resolve('better-sqlite3'));
    const script = `const db = new (require(${sqlite}))(${JSON.stringify(places.database)}); db.exec('BEGIN'); db.prepare('SELECT * FROM t').all(); console.log('reading'); setInterval(() => {}, 1e6)`;
    const reader = spawn(process.execPath, ['-e', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await once(reader.stdout, 'data');
    await app.store('INSERT INTO t VALUES (1)');
    await app.stop();
    reader.kill('SIGKILL');
    await once(reader, 'exit');
    rmSync(`${places.database}-wal`);
    rmSync(`${places.database}-shm`, { force: true });
    expect(await rows(await start())).toBe(1);
  });
});
