import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import Database from 'better-sqlite3';
import { LiveDatabase } from './live-database';

describe('the write lock, as the engine sees it', () => {
  let folder: string;
  let app: Database.Database;
  let live: LiveDatabase;

  beforeEach(() => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'write-lock-'));
    const file = path.join(folder, 'app.db');
    app = new Database(file, { timeout: 0 });
    app.pragma('journal_mode = WAL');
    app.exec('CREATE TABLE t (a)');
    live = new LiveDatabase(file, { atPosition() {}, mainWritten() {}, warn() {} });
  });

  afterEach(() => {
    live.close();
    app.close();
    rmSync(folder, { recursive: true });
  });

  it('is held from the first write of a transaction to its end, not by one that reads', () => {
    expect(live.writeLock().held).toBe(false);
    app.exec('BEGIN; SELECT * FROM t');
    expect(live.writeLock().held).toBe(false);
    app.exec('INSERT INTO t VALUES (1)');
    expect(live.writeLock().held).toBe(true);
    app.exec('ROLLBACK');
    expect(live.writeLock().held).toBe(false);
  });

  it('is let go at once: a writer that never waits comes through', () => {
    live.writeLock();
    expect(() => app.exec('INSERT INTO t VALUES (1)')).not.toThrow();
  });

  it('has the same mark until somebody commits, however often it is looked at', () => {
    app.exec('BEGIN IMMEDIATE; INSERT INTO t VALUES (1)');
    const { mark } = live.writeLock();
    expect(live.writeLock()).toEqual({ held: true, mark });
    app.exec('COMMIT; BEGIN IMMEDIATE');
    const after = live.writeLock();
    expect(after.held).toBe(true);
    expect(after.mark).not.toBe(mark);
    app.exec('ROLLBACK');
    expect(live.writeLock()).toEqual({ held: false, mark: after.mark });
  });

  it('counts as free while it is we who shut writers out, for good', async () => {
    expect(await live.hold(0)).toBe(true);
    expect(live.writeLock().held).toBe(false);
    expect(live.barrier.inTransaction).toBe(true);
    expect(() => app.exec('INSERT INTO t VALUES (1)')).toThrow('locked');
  });
});
