import { PersistenceError, type PersistenceStatus } from 'nestjs-persistence';
import { sqliteCode } from './sqlite-code';

/**
 * An instance that is fenced or closing has a read-only connection, so that a write fails before it is committed
 * locally. SQLite can only say that the database is read-only; this says why. Other errors are returned as they are.
 */
export function explainReadOnly(error: unknown, role: PersistenceStatus['role']): unknown {
  if (sqliteCode(error) !== 'SQLITE_READONLY') return error;
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
