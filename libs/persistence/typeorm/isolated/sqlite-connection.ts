import type { AppConnection } from '../app-connections';

/** What is used of a better-sqlite3 statement. */
interface SqliteStatement {
  /** It gives rows. */
  readonly reader: boolean;
  readonly readonly: boolean;
  all(...parameters: unknown[]): unknown[];
  run(...parameters: unknown[]): { changes: number; lastInsertRowid: number | bigint };
  pluck(): { get(): unknown };
}

/** What is used of a better-sqlite3 connection. */
export interface SqliteHandle extends AppConnection {
  readonly memory: boolean;
  readonly readonly: boolean;
  pragma(source: string, options?: { simple: boolean }): unknown;
  prepare(sql: string): SqliteStatement;
  close(): void;
}

/** As TypeORM's own `QueryResult`. */
export interface StatementResult {
  raw: unknown;
  records: unknown[];
  affected?: number;
}

/** Functions whose value is about what was last written through the same connection. */
const ABOUT_THE_CONNECTION = /\b(?:last_insert_rowid|changes|total_changes)\s*\(/i;

/** What may stand before a statement: blanks and comments. Can match in one way only, so that long ones cost nothing. */
const LEADING = String.raw`\s|--[^\n]*(?:\n|$)|/\*(?:[^*]|\*(?!/))*\*/`;

/** Statements that may be reads. The rest, PRAGMA and ATTACH among them, may be about the connection. */
const MAY_READ = new RegExp(`^(?:${LEADING}|\\()*(?:SELECT|WITH|VALUES|EXPLAIN)\\b`, 'i');

const ROLLBACK = new RegExp(`^(?:${LEADING})*ROLLBACK\\b`, 'i');

/** Of a statement that has ended the transaction: whether by rolling it back. */
export function isRollback(sql: string): boolean {
  return ROLLBACK.test(sql);
}

/** One better-sqlite3 connection with the statements that it has prepared. All of it is synchronous. */
export class SqliteConnection {
  readonly #statements = new Map<string, SqliteStatement>();
  #dataVersion: { get(): unknown } | undefined;
  #totalChanges: { get(): unknown } | undefined;

  constructor(
    readonly handle: SqliteHandle,
    /** How many prepared statements are kept; TypeORM's option `statementCacheSize`. */
    private readonly cacheSize: number,
  ) {}

  prepare(sql: string): SqliteStatement {
    const known = this.#statements.get(sql);
    if (known !== undefined) return known;
    const statement = this.handle.prepare(sql);
    if (this.cacheSize > 0) {
      if (this.#statements.size >= this.cacheSize) {
        const [oldest] = this.#statements.keys();
        this.#statements.delete(oldest!);
      }
      this.#statements.set(sql, statement);
    }
    return statement;
  }

  /** Whether the statement reads only what is committed, and so gives the same on any connection. */
  canRead(sql: string): boolean {
    if (!MAY_READ.test(sql) || ABOUT_THE_CONNECTION.test(sql)) return false;
    try {
      const { reader, readonly } = this.prepare(sql);
      return reader && readonly;
    } catch {
      return false; // Of a table, a function or an attached database that only the writer's connection knows.
    }
  }

  /** Changes when, and only when, another connection has committed a change. */
  dataVersion(): unknown {
    this.#dataVersion ??= this.handle.prepare('PRAGMA data_version').pluck();
    return this.#dataVersion.get();
  }

  /** Rows that were changed through this connection, since it was opened; also what was rolled back. */
  totalChanges(): number {
    this.#totalChanges ??= this.handle.prepare('SELECT total_changes()').pluck();
    return this.#totalChanges.get() as number;
  }

  close(): void {
    this.#statements.clear();
    this.handle.close();
  }
}

export function run(statement: SqliteStatement, parameters: unknown[]): StatementResult {
  if (statement.reader) {
    const rows = statement.all(...parameters);
    return { raw: rows, records: rows };
  }
  const { changes, lastInsertRowid } = statement.run(...parameters);
  return { raw: lastInsertRowid, records: [], affected: changes };
}
