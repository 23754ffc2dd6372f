import type { OpenTransaction } from '../../durable/open-transaction';
import { currentRequest } from '../../durable/request-scope';
import { formatDuration } from '../../log/units';
import { transactionLost } from './isolation-errors';
import type { Origin } from './origin';

/**
 * How a frame was begun, which decides who is inside it:
 * - callback: EntityManager.transaction(). Inside is what the callback runs, and its manager wherever that is used.
 * - implicit: by save(), remove(), ... Inside is what that call runs.
 * - manual: queryRunner.startTransaction(), or BEGIN through a query runner. Inside is that query runner and its manager.
 * - hold: no transaction yet, only nobody else in (migrations, schema changes). Inside is what that call runs.
 */
export type FrameKind = 'callback' | 'implicit' | 'manual' | 'hold';

/** A query runner, as the one who begins transactions. */
export interface FrameOwner {
  /** What it began by hand and has not ended, the innermost last. */
  readonly begun: Frame[];
  /** Set when the one transaction that it was made for has ended: who still uses it comes too late. */
  spent: Frame | undefined;
}

let frames = 0;

/** One level of the open transaction: BEGIN to COMMIT, or a savepoint inside it. */
export class Frame {
  /** lost: the database has ended it, and the code that began it does not know yet. closed: that code has ended it. */
  state: 'open' | 'lost' | 'closed' = 'open';
  /** Its BEGIN or SAVEPOINT was run. */
  started = false;
  rolledBack = false;
  /** Rows that the transaction had changed when the savepoint was made. */
  kept = 0;
  /** The HTTP request in which it was begun by hand. */
  readonly request: object | undefined;
  readonly order = ++frames;
  readonly outermost: Frame;
  readonly #since = performance.now();
  readonly #listeners = new Set<() => void>();
  #reason: Error | undefined;
  #transaction: OpenTransaction | undefined;
  #settle: ((committed: boolean) => void) | undefined;

  constructor(
    readonly owner: FrameOwner,
    readonly kind: FrameKind,
    readonly scope: Scope,
    /** Name of the savepoint; undefined for the outermost level. */
    readonly savepoint: string | undefined,
    outermost: Frame | undefined,
    /** Where it was begun. */
    private readonly origin: Origin | undefined,
  ) {
    scope.frame = this;
    this.outermost = outermost ?? this;
    this.request = kind === 'manual' ? currentRequest() : undefined;
  }

  /** It ends by itself when the call that began it returns, so that one may wait for it. */
  get endsByItself(): boolean {
    return this.kind === 'callback' || this.kind === 'implicit';
  }

  /** To those who may not answer before it has ended. Of the outermost frame. */
  get transaction(): OpenTransaction {
    this.#transaction ??= {
      ended: new Promise((resolve) => {
        if (this.state === 'open') this.#settle = resolve;
        else resolve(this.state === 'closed' && !this.rolledBack);
      }),
    };
    return this.#transaction;
  }

  end(state: 'lost' | 'closed', reason?: Error): void {
    this.state = state;
    this.#reason ??= reason;
    this.#settle?.(state === 'closed' && !this.rolledBack);
    for (const resume of this.#listeners) resume();
    this.#listeners.clear();
  }

  /** Resolves when the frame is over, rejects after `timeoutMs`. */
  ended(timeoutMs: number, onTimeout: () => Error): Promise<void> {
    if (this.state !== 'open') return Promise.resolve();
    return new Promise((resolve, reject) => {
      const resume = () => {
        clearTimeout(timer);
        resolve();
      };
      const timer = setTimeout(() => {
        this.#listeners.delete(resume);
        reject(onTimeout());
      }, timeoutMs);
      this.#listeners.add(resume);
    });
  }

  /** Throws where it can run no more statements. */
  check(): void {
    if (this.state === 'open') return;
    throw (
      this.#reason ??
      transactionLost(this.rolledBack ? 'it was rolled back' : 'it has been committed')
    );
  }

  /** For the error of one who waited for it. */
  describe(lastSql: string): string {
    const what = this.kind === 'hold' ? 'a migration or schema change' : 'a transaction';
    const origin = this.origin?.lines() ?? '';
    return (
      `${what} that has been open for ${formatDuration(Math.round(performance.now() - this.#since))}` +
      `${origin === '' ? '' : ` (begun ${origin})`}; its last statement was "${lastSql.slice(0, 100)}"`
    );
  }
}

/**
 * The async context of one call that may open a transaction: `transaction()`, `save()`, `runMigrations()`. What runs
 * inside the call, however deep, finds the scope, and through it the transaction.
 */
export class Scope {
  /** What the call opened; undefined before that, and where it joined what was open. */
  frame?: Frame;
  /** The call has returned. What it started and did not wait for (timers, queues) lives on, but outside. */
  finished = false;
  /** For what follows the end of a transaction, of those who are told of it: they may still use its query runner. */
  aftermath = false;

  constructor(
    readonly parent: Scope | undefined,
    /** Whose transaction: that of this DataSource, one app may have several. */
    readonly of: object,
    /** What the next begin in this scope is; undefined: one by hand. */
    readonly adopts?: 'callback' | 'implicit',
    /** A query runner was made for this call alone. */
    readonly ownsRunner = false,
  ) {}

  /** What still runs in it belongs nowhere: its own level was rolled back, and the call, or the level around, still goes on. */
  get strayed(): boolean {
    const { frame, finished } = this;
    if (frame?.rolledBack !== true || frame.state === 'open') return false;
    return !finished || frame.outermost.state === 'open';
  }
}
