import type { SqliteConnection } from './sqlite-connection';

/** Statements whose changes SQLite counts. */
const COUNTED = /^\s*(?:INSERT|UPDATE|DELETE|REPLACE|WITH)\b/i;

/**
 * Knows whether a commit changed anything. Rows are counted by the connection that writes; for what has none (DDL, some
 * pragmas) the other connection says whether the file is another.
 */
export class CommitWatch {
  readonly #writer: SqliteConnection;
  readonly #reader: SqliteConnection | undefined;
  /** Rows changed in the life of the connection, at the last commit; what was rolled back since is added. */
  #rows: number;
  /** The file before the first uncounted statement since the last commit. */
  #version: { readonly value: unknown } | undefined;

  constructor(writer: SqliteConnection, reader: SqliteConnection | undefined) {
    this.#writer = writer;
    this.#reader = reader;
    this.#rows = this.#total();
  }

  /** Rows changed since the last commit, without those that `rolledBack()` was told of. */
  kept(): number {
    return this.#total() - this.#rows;
  }

  /** To be called before a statement that may change something. */
  before(sql: string): void {
    if (this.#version !== undefined || COUNTED.test(sql)) return;
    this.#version = { value: this.#reader?.dataVersion() };
  }

  /** All changes were rolled back that were made since `kept()` gave this, also what was rolled back among them before. */
  rolledBack(kept: number): void {
    this.#rows = this.#total() - kept;
  }

  /** Whether anything was changed since the last call. To be called at every commit, and when a transaction has ended. */
  changed(): boolean {
    const rows = this.#total();
    const version = this.#version;
    const changed = rows !== this.#rows || (version !== undefined && this.#differs(version.value));
    this.#rows = rows;
    this.#version = undefined;
    return changed;
  }

  /** Counts also what was rolled back. */
  #total(): number {
    return this.#writer.totalChanges();
  }

  #differs(version: unknown): boolean {
    return this.#reader === undefined || this.#reader.dataVersion() !== version;
  }
}
