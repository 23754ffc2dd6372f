import { PersistenceError, type PersistenceStatus } from 'nestjs-persistence';
import { unavailable } from '../http/refusal';
import { sqliteCode } from './sqlite-code';

/**
 * What SQLite's refusal of a statement means for a caller. Other errors are returned as they are.
 *
 * An instance that is fenced or closing has a read-only connection, so that a write fails before it is committed
 * locally. SQLite can only say that the database is read-only; the role of the instance says why.
 */
export function explainSqlite(error: unknown, role: PersistenceStatus['role']): unknown {
  const code = sqliteCode(error);
  if (code?.startsWith('SQLITE_BUSY')) {
    return unavailable(
      'DATABASE_BUSY',
      'Another connection was writing to the database.',
      'Nothing was written. Send the request again in a moment.',
    );
  }
  if (code !== 'SQLITE_READONLY') return error;
  if (role === 'fenced') {
    return new PersistenceError(
      'REPLICA_FENCED',
      'This instance does not own the database any more; nothing was written.',
    );
  }
  if (role === 'stopped') {
    return new PersistenceError('SHUTTING_DOWN', 'This instance is closing; nothing was written.');
  }
  return error;
}
