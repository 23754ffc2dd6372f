import { PersistenceError } from '../../errors';
import type { DatabaseEngine } from '../database-engine';

export interface SqliteEngineOptions {
  /** Absolute path of the live database file (or, for a rescue, of the new file). */
  readonly path: string;
  /** Told of what a person should know though nothing failed, for example that a file was set aside. */
  readonly onWarning?: (text: string) => void;
}

export function createSqliteEngine(_options: SqliteEngineOptions): DatabaseEngine {
  throw new PersistenceError('INTERNAL', 'Not here yet.');
}
