import Database from 'better-sqlite3';

/**
 * Tells whether anybody has committed, by a connection that only looks: exactly, on the calling thread, in microseconds.
 * Nobody else has the connection. So it makes no commits, which would not count, and is never inside a read transaction, in
 * which it would see an old state.
 */
export class DataVersion {
  private constructor(
    private readonly connection: Database.Database,
    private readonly statement: Database.Statement<[], number>,
  ) {}

  /** @returns null where the file cannot be opened, or cannot be read now */
  static open(path: string): DataVersion | null {
    let connection: Database.Database | undefined;
    try {
      // One that only reads makes no checkpoint when it is closed. Waiting for a lock would block the event loop.
      connection = new Database(path, { readonly: true, fileMustExist: true, timeout: 0 });
      const statement = connection.prepare<[], number>('PRAGMA data_version').pluck();
      statement.get();
      return new DataVersion(connection, statement);
    } catch {
      connection?.close();
      return null;
    }
  }

  /** The same number as before: no other connection, of whatever process, has committed meanwhile. Null where that cannot be told. */
  look(): number | null {
    try {
      return this.statement.get() ?? null;
    } catch {
      return null; // Closed, or the log is being recovered.
    }
  }

  close(): void {
    this.connection.close();
  }
}
