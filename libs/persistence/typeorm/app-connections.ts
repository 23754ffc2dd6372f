import { PersistenceError } from '../../errors';
import type { OpenTransaction, TransactionContext } from '../durable/open-transaction';
import { formatDuration } from '../log/units';
import { SeenTransaction } from './seen-transaction';

/** The part of a better-sqlite3 connection that is used here. */
export interface AppConnection {
  readonly open: boolean;
  readonly inTransaction: boolean;
  pragma(source: string): unknown;
  exec(sql: string): unknown;
}

/** Connections that are used without our TypeORM hook are seen within this time. */
const POLL_MS = 10;

/**
 * The connections through which the app writes: whether a transaction is open on one, and the switch that ends writing,
 * so that nothing is ever committed that no longer leaves this host.
 */
export class AppConnections {
  readonly #connections = new Set<AppConnection>();
  readonly #contexts = new Set<TransactionContext>();
  readonly #waiters = new Set<() => void>();
  readonly #open = new Map<AppConnection, SeenTransaction>();
  #poll: NodeJS.Timeout | undefined;
  #polledFor = 0;
  /** Those that can only read; undefined while writing is allowed. */
  #shut: Set<AppConnection> | undefined;

  constructor(
    /** Milliseconds from any fixed point. */
    private readonly now: () => number,
  ) {}

  /** Takes a connection in. Where writing has ended already, it can only read. */
  add(connection: AppConnection): void {
    this.observe();
    for (const known of this.#connections) if (!known.open) this.#connections.delete(known);
    this.#connections.add(connection);
    if (this.#shut !== undefined) this.#refuse();
  }

  /** Writing has ended, for good. */
  get refusesWrites(): boolean {
    return this.#shut !== undefined;
  }

  /** Takes in what knows which of the callers are inside a transaction. */
  addContext(context: TransactionContext): void {
    this.#contexts.add(context);
  }

  /** Whether the DataSource keeps its callers apart, and knows which of them is in a transaction. */
  get tellsCallers(): boolean {
    return this.#contexts.size > 0;
  }

  /** The open transaction that the calling async context is in, where the DataSource can tell. */
  currentTransaction(): OpenTransaction | undefined {
    return this.#firstOf((context) => context.current());
  }

  /** The same, and else one that the calling HTTP request has begun by hand and not ended: its answer waits for that. */
  transactionAround(): OpenTransaction | undefined {
    return this.#firstOf((context) => context.ofRequest());
  }

  #firstOf(
    ask: (context: TransactionContext) => OpenTransaction | undefined,
  ): OpenTransaction | undefined {
    for (const context of this.#contexts) {
      const transaction = ask(context);
      if (transaction !== undefined) return transaction;
    }
    return undefined;
  }

  /**
   * To be called behind every statement of the app, or at the begin and end of every transaction, so that both are seen at
   * once. Never throws.
   */
  observe(): void {
    // Again, for a connection that was busy when it was to be shut.
    if (this.#shut !== undefined) this.#refuse();
    for (const connection of this.#connections) {
      const seen = this.#open.get(connection);
      const open = connection.open && connection.inTransaction;
      if (open && seen === undefined) {
        this.#open.set(connection, new SeenTransaction(this.now()));
      } else if (!open && seen !== undefined) {
        this.#open.delete(connection);
        seen.end();
      }
    }
    if (this.#open.size === 0) for (const waiter of this.#waiters) waiter();
  }

  /** Age of the open transaction, of the oldest if there are several, counted from when it was first seen; null if there is none. */
  transactionAgeMs(): number | null {
    this.observe();
    const begun = [...this.#open.values()].map(({ since }) => since);
    return begun.length === 0 ? null : this.now() - Math.min(...begun);
  }

  /**
   * Resolves when every transaction that is open now has ended, whatever begins meanwhile. TRANSACTION_OPEN as soon as one
   * of them is older than `maxMs`. However many wait, they share one timer for each transaction and one poll.
   */
  async whenIdle(maxMs: number): Promise<void> {
    this.observe();
    if (this.#open.size === 0) return;
    const open = [...this.#open.values()];
    const now = this.now();
    const ended = await this.#polling(
      Promise.all(open.map((transaction) => transaction.endedWithin(maxMs, now))),
    );
    if (!ended.includes(false)) return;
    throw new PersistenceError(
      'TRANSACTION_OPEN',
      `A transaction has been open on the app's connection for ${formatDuration(this.transactionAgeMs() ?? maxMs)}; nothing committed meanwhile can be confirmed.`,
    );
  }

  /**
   * Ends writing, for good: from now on statements that would change something fail (SQLITE_READONLY). A transaction
   * that is open may end within `timeoutMs`; then it is rolled back, because its commit would succeed and be lost.
   * Resolves to false if that was necessary.
   */
  async refuseWrites(timeoutMs: number): Promise<boolean> {
    // In the very moment the transaction ends, before its caller can begin another.
    if (await this.#atIdle(timeoutMs, () => this.#refuse())) return true;
    this.#refuse();
    return false;
  }

  #refuse(): void {
    this.#shut ??= new Set();
    for (const connection of this.#connections) {
      if (!this.#shut.has(connection) && shut(connection)) this.#shut.add(connection);
    }
  }

  /** Runs `action` in the moment no transaction is open; resolves to false if there was none within `timeoutMs`. */
  async #atIdle(timeoutMs: number, action: () => void): Promise<boolean> {
    this.observe();
    if (this.#open.size === 0) {
      action();
      return true;
    }
    return this.#polling(
      new Promise<boolean>((resolve) => {
        const end = (idle: boolean) => {
          clearTimeout(limit);
          this.#waiters.delete(waiter);
          resolve(idle);
        };
        const waiter = () => {
          action();
          end(true);
        };
        const limit = setTimeout(() => end(false), timeoutMs);
        this.#waiters.add(waiter);
      }),
    );
  }

  /** While somebody waits, connections are looked at that nobody reports of. */
  async #polling<T>(waiting: Promise<T>): Promise<T> {
    this.#polledFor++;
    this.#poll ??= setInterval(() => this.observe(), POLL_MS);
    try {
      return await waiting;
    } finally {
      this.#polledFor--;
      if (this.#polledFor === 0) {
        clearInterval(this.#poll);
        this.#poll = undefined;
      }
    }
  }
}

/** Whether the connection can only read now; not so while a statement of the app is half read (`iterate()`). */
function shut(connection: AppConnection): boolean {
  if (!connection.open) return true;
  try {
    if (connection.inTransaction) connection.exec('ROLLBACK');
    connection.pragma('query_only = 1');
    return true;
  } catch {
    return false;
  }
}
