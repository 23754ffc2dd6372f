import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import type { EntryInfo, LtxHeader } from '../../../libs/ltx';
import { copyPair, judge } from './page-oracle';

const PAGE = 4_096;
const NO_PLACE = { walOffset: 32, walSize: 0, salt1: 0, salt2: 0 };

describe('The page oracle', () => {
  let folder: string;
  let database: string;
  let copy: string;
  let restored: string;
  let app: Database.Database;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'oracle-'));
    database = join(folder, 'app.db');
    copy = join(folder, 'copy.db');
    restored = join(folder, 'restored.db');
    app = new Database(database);
    app.pragma('journal_mode = WAL');
    app.pragma('wal_autocheckpoint = 0');
    app.exec('CREATE TABLE t (id INTEGER PRIMARY KEY, text TEXT)');
  });
  afterEach(() => {
    app.close();
    rmSync(folder, { recursive: true });
  });

  const insert = (rows: number): void => {
    const statement = app.prepare('INSERT INTO t (text) VALUES (?)');
    app.transaction(() => {
      for (let row = 0; row < rows; row++) statement.run(`${row}`.repeat(200));
    })();
  };

  /** The head entry of this moment, and the file that a right replica would restore to: SQLite's own view of it. */
  const storeNow = (): LtxHeader => {
    const wal = readFileSync(`${database}-wal`);
    writeFileSync(restored, app.serialize());
    const end = statSync(`${database}-wal`).size;
    const last = end - PAGE - 24;
    return headerOf('data', wal.toString('hex', last + 16, last + 24), {
      walOffset: 32,
      walSize: end - 32,
      salt1: wal.readUInt32BE(16),
      salt2: wal.readUInt32BE(20),
    });
  };

  const headerOf = (
    kind: EntryInfo['kind'],
    frameChecksum: string,
    place: Pick<LtxHeader, 'walOffset' | 'walSize' | 'salt1' | 'salt2'>,
  ): LtxHeader => ({
    ...place,
    pageSize: PAGE,
    commit: statSync(restored).size / PAGE,
    minTxid: 7,
    maxTxid: 7,
    timestamp: 0,
    nodeId: '0123456789abcdef',
    entry: { kind, frameChecksum, parent: '0'.repeat(16) },
  });

  const judgeDeath = (head: LtxHeader, fileIsOfThisLife = true) => {
    copyPair(database, copy);
    return judge({ copy, restored, head, fileIsOfThisLife, nextIsInMain: false });
  };

  it('finds the head in a log that goes on behind it', () => {
    insert(200);
    const head = storeNow();
    insert(300);
    app.exec('DELETE FROM t WHERE id < 100');
    expect(judgeDeath(head)).toMatchObject({ kind: 'equal', pages: head.commit, restarts: 0 });
  });

  it('sees one wrong byte', () => {
    insert(200);
    const head = storeNow();
    const bytes = readFileSync(restored);
    bytes[2 * PAGE + 100]! ^= 1;
    writeFileSync(restored, bytes);
    const reason = expect.stringMatching(/^1 pages differ \(3\)/);
    expect(judgeDeath(head)).toMatchObject({ kind: 'different', reason });
  });

  it('sees a restored file that is a commit behind, or ahead', () => {
    insert(50);
    storeNow();
    const older = readFileSync(restored);
    insert(50);
    const head = storeNow();
    const right = readFileSync(restored);
    writeFileSync(restored, older);
    expect(judgeDeath(head)).toMatchObject({ kind: 'different' });
    insert(50);
    writeFileSync(restored, app.serialize());
    expect(judgeDeath(head)).toMatchObject({ kind: 'different' });
    writeFileSync(restored, right);
    expect(judgeDeath(head)).toMatchObject({ kind: 'equal' });
  });

  it('takes the main file alone where the log was restarted behind the head', () => {
    insert(200);
    const head = storeNow();
    app.pragma('wal_checkpoint(RESTART)');
    insert(10);
    expect(judgeDeath(head)).toMatchObject({ kind: 'equal', restarts: 1, behindHead: true });
  });

  it('sees a main file that took in what the head does not hold', () => {
    insert(200);
    app.pragma('wal_checkpoint(TRUNCATE)');
    insert(10);
    const head = storeNow();
    app.exec(`UPDATE t SET text = 'other' WHERE id = 1`);
    expect(judgeDeath(head)).toMatchObject({ kind: 'equal' });
    app.pragma('wal_checkpoint(PASSIVE)');
    expect(judgeDeath(head)).toMatchObject({ kind: 'different' });
  });

  it('sees a head that names a place where no commit ends, or another frame stands', () => {
    insert(200);
    const head = storeNow();
    const inside = { ...head, walSize: head.walSize - PAGE - 24 };
    expect(judgeDeath(inside)).toMatchObject({ kind: 'different' });
    const beyond = { ...head, walSize: head.walSize + PAGE + 24 };
    expect(judgeDeath(beyond)).toMatchObject({ kind: 'different' });
    const other = { ...head, entry: { ...head.entry!, frameChecksum: 'f'.repeat(16) } };
    expect(judgeDeath(other)).toMatchObject({ kind: 'different' });
  });

  it('takes the main file alone for a claim behind a restore, once the file is in its place', () => {
    insert(20);
    app.pragma('wal_checkpoint(TRUNCATE)');
    writeFileSync(restored, readFileSync(database));
    const claim = headerOf('claim', '0'.repeat(16), NO_PLACE);
    insert(20);
    expect(judgeDeath(claim)).toMatchObject({ kind: 'equal', behindHead: false });
    expect(judgeDeath(claim, false)).toMatchObject({ kind: 'skipped' });
  });

  it('excuses a large log alone that went ahead under a barrier, and only by pages that stand in it', () => {
    insert(200);
    app.pragma('wal_checkpoint(TRUNCATE)');
    for (let commit = 0; commit < 4_000; commit++) app.pragma(`user_version = ${commit}`);
    const head = storeNow();
    app.exec(`UPDATE t SET text = 'other' WHERE id = 1`);
    app.pragma('wal_checkpoint(PASSIVE)');
    expect(judgeDeath(head)).toMatchObject({ kind: 'skipped' });
    const bytes = readFileSync(restored);
    bytes[4 * PAGE + 100]! ^= 1;
    writeFileSync(restored, bytes);
    expect(judgeDeath(head)).toMatchObject({ kind: 'different' });
  });

  it('says so where nothing can be compared', () => {
    insert(20);
    const head = storeNow();
    const snapshot = { ...head, ...NO_PLACE };
    expect(judgeDeath(snapshot)).toMatchObject({ kind: 'skipped' });
    const missing = { copy: join(folder, 'none.db'), restored, head };
    expect(judge({ ...missing, fileIsOfThisLife: true, nextIsInMain: false })).toMatchObject({
      kind: 'skipped',
    });
  });
});
