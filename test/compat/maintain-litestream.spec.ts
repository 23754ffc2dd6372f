import { join } from 'node:path';
import Database from 'better-sqlite3';
import { readInventory } from '../../libs/replica/log/inventory';
import { DirectoryStore } from '../../libs/storage';
import { makePlaces, type Places } from '../replica/places';
import { Life } from './life';
import { describeWithLitestream, litestream, restoreArgs } from './litestream-command';
import { rowHash, rowHashOfFile } from './row-hash';

/** Everything is old at once, so that a few hundred commits see folds, snapshots and removals. */
const SHORT = { exactHistoryMs: 30, historyMs: 60, snapshotEveryMs: 1 };
const LONG = { exactHistoryMs: 30, historyMs: 3_600_000, snapshotEveryMs: 7_200_000 };

describeWithLitestream('litestream, with a replica that was folded and thinned out', (command) => {
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

  async function restore(txid?: number): Promise<string> {
    const path = join(places.root, `restored-${restored++}.db`);
    const target = restoreArgs(txid === undefined ? {} : { txid });
    await litestream(command, ['restore', ...target, '-o', path, `file://${places.replica}`]);
    return rowHashOfFile(path);
  }

  async function change(life: Life, sql: string): Promise<void> {
    seen.set(await life.store(sql), rowHash(life.app));
  }

  const begin = (settings = SHORT): Promise<Life> =>
    Life.start({ database: places.database, store, settings });

  /** Two lives, each with commits and maintenance; the first ends without a release. */
  async function liveTwice(settings = SHORT): Promise<Life> {
    let life = await begin(settings);
    await change(life, 'CREATE TABLE t (id INTEGER PRIMARY KEY, body BLOB)');
    for (const last of [false, true]) {
      for (let n = 0; n < 24; n++) {
        await change(life, `INSERT INTO t (body) VALUES (randomblob(${1_000 + n * 500}))`);
        if (n % 6 === 5) await change(life, 'DELETE FROM t WHERE id % 3 = 0; VACUUM');
        await fold(life);
      }
      if (last) return life;
      await life.vanish();
      places.wipeDisk();
      life = await begin(settings);
    }
    throw new Error('never here');
  }

  /** As if a window had ended; a tick of maintenance. */
  async function fold({ replica }: Life): Promise<void> {
    clockAhead += 31_000;
    await replica.maintain();
  }
  let clockAhead = 0;
  beforeEach(() => {
    const now = Date.now.bind(Date);
    // Shortly behind a full hour, so that none ends while the test runs: that would fold into another level.
    clockAhead = 3_600_000 - (now() % 3_600_000) + 60_000;
    jest.spyOn(Date, 'now').mockImplementation(() => now() + clockAhead);
  });
  afterEach(() => jest.restoreAllMocks());

  it.each([
    ['a short history: a snapshot and little beside it', SHORT, [0, 1, 9], 2],
    ['a long one: every level', LONG, [0, 1, 2, 9], 20],
  ])(
    'restores the newest state and every TXID at which a file ends, of %s',
    async (...given) => {
      const [, settings, levels, atLeast] = given;
      const life = await liveTwice(settings);
      expect(life.replica.status().maintenance).toMatchObject({ error: null });
      await life.end();
      const { files } = await readInventory(store);
      expect(files.filter(({ level }) => level === 0).length).toBeLessThan(seen.size);
      expect([...new Set(files.map(({ level }) => level))]).toEqual(levels);
      expect(await restore()).toBe([...seen.values()].at(-1));
      const ends = [
        ...new Set(files.filter(({ level }) => level > 0).map(({ maxTxid }) => maxTxid)),
      ];
      const points = ends.filter((txid) => seen.has(txid)).sort((a, b) => a - b);
      expect(points.length).toBeGreaterThanOrEqual(atLeast);
      for (const txid of points)
        expect([txid, await restore(txid)]).toEqual([txid, seen.get(txid)]);
    },
    120_000,
  );

  it('goes on with `litestream replicate`, and we go on behind it', async () => {
    await (await liveTwice()).end();
    const replicateOnce = (): Promise<void> =>
      litestream(command, ['replicate', '-once', places.database, `file://${places.replica}`]);
    const before = Math.max(...(await readInventory(store)).files.map(({ maxTxid }) => maxTxid));
    const app = new Database(places.database);
    app.exec('CREATE TABLE later AS SELECT 1 AS one');
    await replicateOnce();
    app.exec('INSERT INTO later VALUES (2)');
    await replicateOnce();
    const theirs = rowHash(app);
    app.close();
    expect(await restore()).toBe(theirs);
    const entries = (await readInventory(store)).files.filter(({ level }) => level === 0);
    expect(Math.max(...entries.map(({ maxTxid }) => maxTxid))).toBeGreaterThan(before);

    clockAhead += 60_000;
    places.wipeDisk();
    const life = await begin();
    expect(rowHash(life.app)).toBe(theirs);
    for (let n = 0; n < 6; n++) {
      await change(life, 'INSERT INTO later VALUES (3)');
      await fold(life);
    }
    expect(life.replica.status().maintenance).toMatchObject({ error: null });
    await life.end();
    expect(await restore()).toBe([...seen.values()].at(-1));
  }, 120_000);
});
