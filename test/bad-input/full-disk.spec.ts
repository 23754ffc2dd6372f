import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import Database from 'better-sqlite3';
import { DirectoryStore, MemoryStore } from '../../libs/storage';
import { Life } from '../compat/life';
import { rowHash, rowHashOfFile } from '../compat/row-hash';
import { makePlaces, type Places } from '../replica/places';
import { hashFolder, hashStore } from './hash-folder';
import { describeWithSmallDisk, SmallDisk } from './small-disk';

const MB = 1024 * 1024;
const FILL = (megabytes: number): string =>
  `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${megabytes * 10})
   INSERT INTO t (body) SELECT randomblob(100000) FROM n`;
const TABLE = 'CREATE TABLE t (id INTEGER PRIMARY KEY, body BLOB)';

/** Looks until it is so; each look is a turn of the event loop. */
async function until(so: () => boolean): Promise<void> {
  for (const end = Date.now() + 20_000; !so();) {
    if (Date.now() > end) throw new Error('never so');
    await new Promise((resolve) => setImmediate(resolve));
  }
}

describeWithSmallDisk('On a full disk', () => {
  let disk: SmallDisk;
  let places: Places;
  beforeEach(() => {
    disk = SmallDisk.mount(64);
    places = makePlaces();
  });
  afterEach(async () => {
    disk.relieve();
    await Life.endLeftovers();
    disk.unmount();
    places.remove();
  });

  async function expectDiskFull(database: string, store: MemoryStore): Promise<void> {
    const before = { disk: hashFolder(dirname(database)), store: await hashStore(store) };
    await expect(Life.start({ database, store })).rejects.toMatchObject({
      code: 'DISK_FULL',
      hint: expect.stringContaining('space') as string,
    });
    expect({ disk: hashFolder(dirname(database)), store: await hashStore(store) }).toEqual(before);
  }

  /** What a new life on another disk restores. */
  async function restored(store: MemoryStore | DirectoryStore): Promise<string> {
    const life = await Life.start({ database: places.database, store });
    const hash = rowHash(life.app);
    await life.end();
    return hash;
  }

  it('nothing is created', async () => {
    const folder = disk.makeFolder('db');
    disk.fill(0);
    const store = new MemoryStore();
    await expect(Life.start({ database: join(folder, 'app.db'), store })).rejects.toMatchObject({
      code: 'DISK_FULL',
    });
    expect(await hashStore(store)).toEqual({});
  });

  function makeLargeDatabase(): string {
    const database = join(disk.makeFolder('db'), 'app.db');
    const before = new Database(database);
    before.exec(`${TABLE}; ${FILL(8)}`);
    before.close();
    return database;
  }

  it('a database is not adopted that has no room for its copy, and stays what it is', async () => {
    const database = makeLargeDatabase();
    const rows = rowHashOfFile(database);
    disk.fill(4 * MB);
    const store = new MemoryStore();
    await expect(Life.start({ database, store })).rejects.toMatchObject({ code: 'DISK_FULL' });
    expect(await hashStore(store)).toEqual({});
    expect(Object.keys(hashFolder(dirname(database)))).toEqual(['app.db']);
    expect(rowHashOfFile(database)).toBe(rows);
  });

  // Known: it has been switched to WAL mode by then.
  it('a database is not adopted that has no room, before one byte of it is changed', async () => {
    const database = makeLargeDatabase();
    disk.fill(4 * MB);
    await expectDiskFull(database, new MemoryStore());
  });

  it('a replica is not restored that has no room, and leaves nothing behind', async () => {
    const store = new MemoryStore();
    const life = await Life.start({ database: places.database, store });
    await life.store(`${TABLE}; ${FILL(8)}`);
    await life.end();
    const folder = disk.makeFolder('db');
    disk.fill(4 * MB);
    await expectDiskFull(join(folder, 'app.db'), store);
    disk.relieve();
    const again = await Life.start({ database: join(folder, 'app.db'), store });
    expect(again.outcome.origin).toBe('restored');
    await again.end();
  });

  it('an entry that has no room for its spool waits, said so in status, and is stored when there is room', async () => {
    const store = new MemoryStore();
    const database = join(disk.makeFolder('db'), 'app.db');
    const life = await Life.start({ database, store });
    await life.store(TABLE);
    disk.fill(30 * MB);
    // Fits into the log; the same again does not fit beside it.
    life.app.exec(FILL(20));
    life.replica.wake();
    await until(() => life.replica.status().error !== null);
    expect(life.replica.status()).toMatchObject({ role: 'owner', error: { code: 'DISK_FULL' } });
    expect(life.replica.status().lag.ms).toBeGreaterThan(0);
    disk.relieve();
    await life.replica.flush();
    expect(life.replica.status()).toMatchObject({ error: null, lag: { ms: 0 } });
    const hash = rowHash(life.app);
    await life.vanish();
    expect(await restored(store)).toBe(hash);
  });

  it('of the replica, commits wait, said so in status, and are stored when there is room', async () => {
    const root = disk.makeFolder('replica');
    const store = await DirectoryStore.open({ root });
    const life = await Life.start({ database: join(places.root, 'one', 'app.db'), store });
    await life.store(TABLE);
    disk.fill(0);
    life.app.exec(FILL(1));
    life.replica.wake();
    await until(() => life.replica.status().error !== null);
    const { error, role } = life.replica.status();
    expect(role).toBe('owner');
    expect(error!.message).toMatch(/ENOSPC|space/);
    disk.relieve();
    await life.replica.flush();
    expect(life.replica.status()).toMatchObject({ error: null, lag: { ms: 0 } });
    const hash = rowHash(life.app);
    await life.vanish();
    expect(await restored(store)).toBe(hash);
  });

  // Known: STORE_DENIED, whose hint speaks of permissions.
  it('of the replica, the code and its hint speak of space, not of permissions', async () => {
    const store = await DirectoryStore.open({ root: disk.makeFolder('replica') });
    const life = await Life.start({ database: join(places.root, 'one', 'app.db'), store });
    disk.fill(0);
    life.app.exec(`${TABLE}; ${FILL(1)}`);
    life.replica.wake();
    await until(() => life.replica.status().error !== null);
    expect(life.replica.status().error!.hint).toMatch(/space/i);
  });

  it('of the replica, nothing begins, and nothing is opened', async () => {
    const root = disk.makeFolder('replica');
    const store = await DirectoryStore.open({ root });
    disk.fill(0);
    await expect(Life.start({ database: places.database, store })).rejects.toMatchObject({
      message: expect.stringMatching(/ENOSPC|space/) as string,
    });
    expect(hashFolder(dirname(places.database))).toEqual({});
  });
});

describe('A database that may not grow', () => {
  it('refuses the app its transaction, and everything before and after it is stored', async () => {
    const places = makePlaces();
    const store = new MemoryStore();
    mkdirSync(dirname(places.database), { recursive: true });
    writeFileSync(places.database, '');
    try {
      const life = await Life.start({ database: places.database, store });
      await life.store(`${TABLE}; INSERT INTO t (body) VALUES ('before')`);
      life.app.pragma('max_page_count = 50');
      expect(() => life.app.exec(FILL(1))).toThrow(/full/);
      await life.store(`INSERT INTO t (body) VALUES ('after')`);
      const hash = rowHash(life.app);
      await life.vanish();
      places.wipeDisk();
      const again = await Life.start({ database: places.database, store });
      expect(rowHash(again.app)).toBe(hash);
      await again.end();
    } finally {
      await Life.endLeftovers();
      places.remove();
    }
  });
});
