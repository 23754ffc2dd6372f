import Database from 'better-sqlite3';
import { PersistenceError } from '../../errors';
import { databaseError } from './sqlite-errors';

export type Connection = Database.Database;

/** SQLite 3.51.3 is the first without the WAL-reset bug, which can corrupt a database under a concurrent checkpoint. */
const MIN_SQLITE: readonly [number, number, number] = [3, 51, 3];

/** How long a new connection waits for another process that is recovering the log. */
const OPEN_BUSY_MS = 2_000;

/**
 * A connection that never waits for a lock and never checkpoints on its own. `path` must be absolute: SQLite would read a
 * name that begins with `file:` as a URI.
 */
export function connect(path: string): Connection {
  try {
    const connection = new Database(path, { timeout: OPEN_BUSY_MS, fileMustExist: true });
    connection.pragma('wal_autocheckpoint = 0');
    // Pages pass through once; the cache need not hold them (KiB).
    connection.pragma('cache_size = -2000');
    return connection;
  } catch (error) {
    throw databaseError(error, path);
  }
}

/** Begins a read transaction: from here on the connection sees one state, and the log cannot move on past it. */
export function beginRead(connection: Connection): void {
  connection.exec('BEGIN');
  connection.prepare('SELECT count(*) FROM sqlite_schema').get();
}

export function endTransaction(connection: Connection): void {
  if (connection.open && connection.inTransaction) connection.exec('ROLLBACK');
}

/** Takes the write lock if nobody has it. */
export function tryBeginWrite(connection: Connection): boolean {
  try {
    connection.exec('BEGIN IMMEDIATE');
    return true;
  } catch (error) {
    if (isBusy(error)) return false;
    throw error;
  }
}

/** What SQLite finds wrong with the database, or with reading it; null if nothing. */
export function findDamage(
  connection: Connection,
  depth: 'quick' | 'full' = 'quick',
): string | null {
  const pragma = depth === 'full' ? 'integrity_check(1)' : 'quick_check(1)';
  const result = String(connection.pragma(pragma, { simple: true }));
  return result === 'ok' ? null : result;
}

export function isBusy(error: unknown): boolean {
  const { code } = error as { code?: string };
  return (
    typeof code === 'string' && (code.startsWith('SQLITE_BUSY') || code.startsWith('SQLITE_LOCKED'))
  );
}

/** Refuses a process in which replication could go wrong unseen. */
export function checkSqlite(): void {
  const memory = new Database(':memory:');
  const version = memory.prepare('SELECT sqlite_version()').pluck().get() as string;
  memory.close();
  if (!isAtLeast(version, MIN_SQLITE)) {
    throw new PersistenceError(
      'SQLITE_TOO_OLD',
      `better-sqlite3 carries SQLite ${version}; 3.51.3 is needed.`,
    );
  }
  const copies = loadedCopies();
  if (copies.length > 1) {
    throw new PersistenceError(
      'SQLITE_LOADED_TWICE',
      `This process has loaded better-sqlite3 ${copies.length} times: ${copies.join(', ')}.`,
    );
  }
}

function isAtLeast(version: string, wanted: readonly number[]): boolean {
  const parts = version.split('.').map(Number);
  for (const [i, want] of wanted.entries()) {
    const part = parts[i] ?? 0;
    if (part !== want) return part > want;
  }
  return true;
}

function loadedCopies(): string[] {
  const report = process.report as { excludeNetwork?: boolean; getReport(): object };
  report.excludeNetwork = true;
  const { sharedObjects = [] } = report.getReport() as { sharedObjects?: string[] };
  return [...new Set(sharedObjects.filter((file) => file.endsWith('better_sqlite3.node')))];
}
