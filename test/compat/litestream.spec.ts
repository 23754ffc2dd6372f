import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import Database from 'better-sqlite3';
import { DirectoryStore } from '../../libs/storage';
import { readInventory } from '../../libs/replica/log/inventory';
import { makePlaces, type Places } from '../replica/places';
import { Life } from './life';
import { describeWithLitestream, litestream, restoreArgs } from './litestream-command';
import { rowHash, rowHashOfFile } from './row-hash';

const FILL = (rows: number, bytes: number): string =>
  `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${rows})
   INSERT INTO t (body) SELECT randomblob(${bytes}) FROM n`;

const PAGE_SIZES = [512, 1024, 2048, 4096, 8192, 16_384, 32_768, 65_536];

describeWithLitestream('litestream restore', (command) => {
  let places: Places;
  let store: DirectoryStore;
  let restored = 0;
  /** What the app saw when each TXID of data was stored. */
  let seen: Map<number, string>;

  beforeEach(async () => {
    places = makePlaces();
    store = await DirectoryStore.open({ root: places.replica });
    seen = new Map();
  });
  afterEach(async () => {
    await Life.endLeftovers();
    places.remove();
  });

  const begin = (): Promise<Life> => Life.start({ database: places.database, store });

  async function change(life: Life, sql: string): Promise<number> {
    const txid = await life.store(sql);
    seen.set(txid, rowHash(life.app));
    return txid;
  }

  const replicateOnce = (): Promise<void> =>
    litestream(command, ['replicate', '-once', places.database, `file://${places.replica}`]);

  async function restore(target: { txid?: number; time?: number } = {}): Promise<string> {
    const path = join(places.root, `restored-${restored++}.db`);
    await litestream(command, [
      'restore',
      ...restoreArgs(target),
      '-o',
      path,
      `file://${places.replica}`,
    ]);
    return rowHashOfFile(path);
  }

  /** Several lives: two that end cleanly and two that do not, on kept and on wiped disks. */
  async function liveSeveralTimes(): Promise<void> {
    let life = await begin();
    await change(
      life,
      'CREATE TABLE t (id INTEGER PRIMARY KEY, body BLOB); CREATE INDEX by_body ON t (body)',
    );
    await change(life, FILL(300, 900));
    await life.end();
    life = await begin();
    expect(life.outcome.origin).toBe('continued');
    await change(life, 'DELETE FROM t WHERE id % 3 = 0');
    await life.vanish();
    places.wipeDisk();
    life = await begin();
    expect(life.outcome.origin).toBe('restored');
    await change(life, 'VACUUM');
    await change(life, 'ALTER TABLE t ADD COLUMN note TEXT; UPDATE t SET note = id');
    await life.vanish();
    places.wipeDisk();
    life = await begin();
    await change(life, FILL(2_000, 2_000));
    await change(life, 'DROP INDEX by_body');
    await life.end();
  }

  it('gives the newest state of a replica of several lives, claims and releases at its end included', async () => {
    await liveSeveralTimes();
    expect(await restore()).toBe([...seen.values()].at(-1));
    // A claim and nothing behind it.
    places.wipeDisk();
    await (await begin()).vanish();
    expect(await restore()).toBe([...seen.values()].at(-1));
  });

  it('gives the state of every TXID, and nothing later for any moment between two of them', async () => {
    await liveSeveralTimes();
    const { files } = await readInventory(store, { times: true });
    expect(files.map((file) => file.minTxid)).toEqual(files.map((_, at) => at + 1));
    let current: string | undefined;
    for (const [at, file] of files.entries()) {
      current = seen.get(file.maxTxid) ?? current;
      if (current === undefined) continue;
      expect([file.key, await restore({ txid: file.maxTxid })]).toEqual([file.key, current]);
      // Litestream takes what is older than the moment, and no moment behind the newest file.
      const time = files[at + 1]?.time;
      if (time) expect([file.key, await restore({ time })]).toEqual([file.key, current]);
    }
  }, 120_000);

  it.each(PAGE_SIZES)(
    'gives a database of %i-byte pages that was adopted, then changed',
    async (pageSize) => {
      mkdirSync(dirname(places.database), { recursive: true });
      const before = new Database(places.database);
      before.pragma(`page_size = ${pageSize}`);
      before.exec(`CREATE TABLE t (id INTEGER PRIMARY KEY, body BLOB); ${FILL(500, 1_500)}`);
      before.close();
      const life = await begin();
      expect(life.outcome.origin).toBe('adopted');
      const adopted = rowHash(life.app);
      await change(life, `DELETE FROM t WHERE id > 100; VACUUM`);
      const newest = await change(life, FILL(700, 3_000));
      await life.end();
      expect(await restore({ txid: 1 })).toBe(adopted);
      expect(await restore({ txid: newest })).toBe(seen.get(newest));
      expect(await restore()).toBe(seen.get(newest));
    },
  );

  it('gives what this library added to a replica that Litestream began', async () => {
    mkdirSync(dirname(places.database), { recursive: true });
    const before = new Database(places.database);
    before.pragma('journal_mode = WAL');
    before.exec(`CREATE TABLE t (id INTEGER PRIMARY KEY, body BLOB); ${FILL(500, 1_500)}`);
    await replicateOnce();
    // With the two tables that Litestream keeps in every database.
    const theirs = rowHash(before);
    before.close();
    places.wipeDisk();

    const life = await begin();
    expect(life.outcome.origin).toBe('restored');
    expect(rowHash(life.app)).toBe(theirs);
    const newest = await change(life, 'DELETE FROM t WHERE id % 2 = 0');
    await life.end();
    expect(await restore()).toBe(seen.get(newest));
  });

  it('gives what Litestream itself added to the file and the replica that a clean end left', async () => {
    await liveSeveralTimes();
    const { files } = await readInventory(store);
    const app = new Database(places.database);
    app.exec('CREATE TABLE later AS SELECT 1 AS one');
    await replicateOnce();
    const now = rowHash(app);
    app.close();
    const entries = (await readInventory(store)).files.filter((file) => file.level === 0);
    expect(entries.length).toBeGreaterThan(files.length);
    expect(await restore()).toBe(now);
  });
});
