import Database from 'better-sqlite3';
import { PersistenceError } from '../../errors';
import { isBusy, type Connection } from './connection';
import { databaseError } from './sqlite-errors';

/**
 * One owner per host: a small SQLite file beside the database, held under an exclusive transaction. The operating system
 * frees it when the process dies, however it dies.
 */
export class HostLock {
  private connection: Connection | null = null;

  constructor(private readonly databasePath: string) {}

  take(): void {
    const path = `${this.databasePath}.lock`;
    let connection: Connection | undefined;
    try {
      connection = new Database(path, { timeout: 0 });
      connection.exec('BEGIN EXCLUSIVE');
    } catch (error) {
      connection?.close();
      if (!isBusy(error)) throw databaseError(error, path);
      throw new PersistenceError(
        'DATABASE_IN_USE',
        `${this.databasePath} is in use by another process.`,
      );
    }
    this.connection = connection;
  }

  get held(): boolean {
    return this.connection !== null;
  }

  release(): void {
    this.connection?.close();
    this.connection = null;
  }
}
