import { closeSync, mkdirSync, openSync, readSync, renameSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import Database from 'better-sqlite3';
import { lockPage } from '../../libs/ltx';
import { DirectoryStore } from '../../libs/storage';
import { Life } from '../compat/life';
import { findLitestream, litestream } from '../compat/litestream-command';
import { makePlaces, type Places } from '../replica/places';

/** With the largest pages the page that is never stored, at 1 GiB, is the 16,385th. */
const PAGE_SIZE = 65_536;
const LOCK_PAGE = lockPage(PAGE_SIZE);
/** Rows of a page each; how many are there before the app starts. */
const BEFORE = LOCK_PAGE - 200;
const LATER = 400;

describe('A database that grows past the page that SQLite keeps for locks', () => {
  let places: Places;
  /** The file as a clean end left it. */
  let original: string;

  beforeAll(async () => {
    places = makePlaces();
    original = join(places.root, 'original.db');
    mkdirSync(dirname(places.database), { recursive: true });
    const database = new Database(places.database);
    database.pragma(`page_size = ${PAGE_SIZE}`);
    database.pragma('synchronous = OFF');
    database.exec('CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT, body BLOB)');
    database.exec(rows(BEFORE));
    database.close();

    const life = await begin();
    expect(life.outcome.origin).toBe('adopted');
    await life.store(rows(LATER));
    await life.store(`UPDATE t SET name = 'again ' || id WHERE id % 100 = 0`);
    await life.end();
    renameSync(places.database, original);
    places.wipeDisk();
  }, 300_000);
  afterAll(async () => {
    await Life.endLeftovers();
    places.remove();
  });

  const begin = async (): Promise<Life> =>
    Life.start({
      database: places.database,
      store: await DirectoryStore.open({ root: places.replica }),
    });

  it('comes back byte for byte, but for that page', async () => {
    const life = await begin();
    expect(life.outcome.origin).toBe('restored');
    const count = life.app.prepare('SELECT count(*), min(id), max(id) FROM t').raw().get();
    expect(count).toEqual([BEFORE + LATER, 1, BEFORE + LATER]);
    await life.end();
    expect(statSync(original).size).toBeGreaterThan(LOCK_PAGE * PAGE_SIZE);
    expect(differingPages(original, places.database)).toEqual([]);
  });

  const peer = findLitestream();
  (peer ? it : it.skip)('comes back by litestream restore too', async () => {
    const path = join(places.root, 'litestream.db');
    await litestream(peer!, ['restore', '-o', path, `file://${places.replica}`]);
    expect(differingPages(original, path)).toEqual([]);
  });
});

const rows = (count: number): string =>
  `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${count})
   INSERT INTO t (name, body) SELECT 'row ' || hex(randomblob(20)), zeroblob(60000) FROM n`;

/** Page numbers; the lock page apart, and the counters in the first one, which each opening in another mode may move. */
function differingPages(one: string, other: string): number[] {
  const files = [one, other].map((path) => openSync(path, 'r'));
  const pages = files.map(() => Buffer.alloc(PAGE_SIZE));
  const differing: number[] = [];
  try {
    expect(statSync(other).size).toBe(statSync(one).size);
    for (let pgno = 1; ; pgno++) {
      const at = (pgno - 1) * PAGE_SIZE;
      const read = files.map((file, i) => readSync(file, pages[i]!, 0, PAGE_SIZE, at));
      if (read.every((bytes) => bytes === 0)) return differing;
      const from = pgno === 1 ? 100 : 0;
      const same = pages[0]!.subarray(from).equals(pages[1]!.subarray(from));
      if (!same && pgno !== LOCK_PAGE) differing.push(pgno);
    }
  } finally {
    for (const file of files) closeSync(file);
  }
}
