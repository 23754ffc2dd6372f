import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import Database from 'better-sqlite3';
import { MemoryStore } from '../../libs/storage';
import { inOtherProcess } from '../replica/other-process';
import { makePlaces, type Places } from '../replica/places';
import { Life } from './life';
import { rowHash } from './row-hash';

const PAGE_SIZES = [512, 1024, 2048, 4096, 8192, 16_384, 32_768, 65_536];

/** Each is one commit, or several, or none. */
const STEPS = [
  `CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT, body BLOB);
   CREATE TABLE pairs (a TEXT, b INT, PRIMARY KEY (a, b)) WITHOUT ROWID;
   CREATE TABLE audit (what TEXT);
   CREATE INDEX by_name ON t (name);
   CREATE TRIGGER noted AFTER INSERT ON t BEGIN INSERT INTO audit VALUES ('new ' || new.id); END;
   CREATE VIEW named AS SELECT id, name FROM t;
   CREATE VIRTUAL TABLE words USING fts5 (text)`,
  `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 400)
   INSERT INTO t (name, body) SELECT 'name ' || i, randomblob(i * 7 % 3000) FROM n;
   INSERT INTO pairs SELECT name, id FROM t WHERE id < 200;
   INSERT INTO words SELECT name FROM t`,
  `BEGIN; UPDATE t SET name = name || '!' WHERE id % 2; DELETE FROM t WHERE id % 3 = 0; COMMIT`,
  `BEGIN; DELETE FROM t; DROP TABLE audit; ROLLBACK`,
  `BEGIN; INSERT INTO pairs VALUES ('kept', 1); SAVEPOINT inner_one; DELETE FROM pairs; ROLLBACK TO inner_one; COMMIT`,
  `INSERT INTO t (name, body) VALUES ('one large row', randomblob(3000000))`,
  `DELETE FROM t WHERE name = 'one large row'; VACUUM`,
  `ALTER TABLE t ADD COLUMN note TEXT DEFAULT 'none'; ALTER TABLE pairs RENAME TO couples; DROP INDEX by_name`,
  `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 300)
   INSERT INTO t (name, body) SELECT 'later ' || i, randomblob(2000) FROM n`,
  `CREATE TABLE gone AS SELECT * FROM t; DROP TABLE gone; PRAGMA user_version = 7; PRAGMA incremental_vacuum; ANALYZE`,
] as const;

describe('Whatever SQL an app runs, the replica holds:', () => {
  let places: Places;
  let store: MemoryStore;
  beforeEach(() => {
    places = makePlaces();
    store = new MemoryStore();
  });
  afterEach(async () => {
    await Life.endLeftovers();
    places.remove();
  });

  const begin = (): Promise<Life> => Life.start({ database: places.database, store });

  function makeDatabase(pageSize: number): void {
    mkdirSync(dirname(places.database), { recursive: true });
    const database = new Database(places.database);
    database.pragma(`page_size = ${pageSize}`);
    database.pragma('auto_vacuum = INCREMENTAL');
    database.exec('CREATE TABLE first (x)');
    database.close();
  }

  async function expectOnNewDisk(hash: string): Promise<void> {
    places.wipeDisk();
    const life = await begin();
    expect(rowHash(life.app)).toBe(hash);
    expect(life.app.pragma('integrity_check', { simple: true })).toBe('ok');
    await life.vanish();
  }

  it.each(PAGE_SIZES)(
    'DDL, transactions, VACUUM, another process, with pages of %i bytes',
    async (pageSize) => {
      makeDatabase(pageSize);
      let life = await begin();
      for (const step of STEPS.slice(0, 5)) await life.store(step);
      inOtherProcess(places.database, `db.exec("INSERT INTO first VALUES ('from elsewhere')")`);
      for (const step of STEPS.slice(5)) await life.store(step);
      await life.replica.flush();
      const hash = rowHash(life.app);
      await life.vanish();
      await expectOnNewDisk(hash);
      life = await begin();
      expect(life.app.prepare('SELECT x FROM first').pluck().all()).toEqual(['from elsewhere']);
      expect(life.app.pragma('page_size', { simple: true })).toBe(pageSize);
    },
  );

  it('the state behind each step, not only behind the last', async () => {
    makeDatabase(4096);
    for (const [at, step] of STEPS.entries()) {
      const life = await begin();
      await life.store(step);
      const hash = rowHash(life.app);
      // By turns: the next life continues this file, or restores the replica.
      if (at % 2) await life.end();
      else await life.vanish();
      if (at % 2 === 0) await expectOnNewDisk(hash);
    }
  });
});
