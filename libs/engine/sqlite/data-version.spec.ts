import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { DataVersion } from './data-version';

describe('the version of a database', () => {
  let folder: string;
  let path: string;
  let app: Database.Database;
  let version: DataVersion;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'data-version-'));
    path = join(folder, 'app.db');
    app = new Database(path);
    app.pragma('journal_mode = wal');
    app.exec('CREATE TABLE t (x)');
    version = DataVersion.open(path)!;
  });

  afterEach(() => {
    version.close();
    app.close();
    rmSync(folder, { recursive: true });
  });

  it('is another behind every commit: rows, tables, the header, two connections in turn', () => {
    const other = new Database(path);
    const changes = [
      () => app.exec('INSERT INTO t VALUES (1)'),
      () => other.exec('UPDATE t SET x = x + 1'),
      () => app.exec('CREATE TABLE u (x)'),
      () => app.pragma('user_version = 7'),
      () => other.exec('BEGIN; DELETE FROM t; COMMIT'),
    ];
    const seen = [version.look()];
    for (const change of changes) {
      change();
      seen.push(version.look());
    }
    other.close();
    expect(new Set(seen).size).toBe(changes.length + 1);
    expect(seen).not.toContain(null);
  });

  it('is another behind a commit of another process', () => {
    const before = version.look();
    const script = `new (require('better-sqlite3'))(process.argv[1]).exec('INSERT INTO t VALUES (2)')`;
    execFileSync(process.execPath, ['-e', script, path]);
    expect(version.look()).not.toBe(before);
  });

  it('is the same behind what is not committed, while a transaction is open, and behind reads', () => {
    const before = version.look();
    app.exec('BEGIN IMMEDIATE; INSERT INTO t VALUES (1)');
    expect(version.look()).toBe(before);
    app.exec('ROLLBACK');
    app.prepare('SELECT * FROM t').all();
    expect(version.look()).toBe(before);
  });

  it('keeps no state of the database in use: a checkpoint gets through, and the log is emptied', () => {
    app.exec('INSERT INTO t VALUES (1)');
    version.look();
    expect(app.pragma('wal_checkpoint(TRUNCATE)')).toMatchObject([{ busy: 0, log: 0 }]);
    const before = version.look();
    app.exec('INSERT INTO t VALUES (2)');
    expect(version.look()).not.toBe(before);
  });

  it('cannot be told where there is no such file, nor behind its end', () => {
    expect(DataVersion.open(join(folder, 'none.db'))).toBeNull();
    version.close();
    expect(version.look()).toBeNull();
  });
});
