import { PersistenceError } from '../../errors';
import type { WriteLock } from '../../engine/database-engine';
import type { LineLog } from '../log/event-log';
import { formatDuration } from '../log/units';

/** Between two looks at the write lock: a share of `transactionMaxMs` within these bounds. */
const LOOKS_PER_LIMIT = 4;
const LOOK_MIN_MS = 250;
const LOOK_MAX_MS = 5_000;

/**
 * Whose transaction is open: `app` on a connection of TypeORM's DataSource, `other` on one that the app opened itself or of
 * another process.
 */
export type TransactionHolder = 'app' | 'other';

export interface WatchedTransaction {
  /** At least so old (ms). */
  readonly ageMs: number;
  readonly holder: TransactionHolder;
}

export interface TransactionWatchParts {
  /** Age (ms) of the transaction on connections that are known; null if none is open. */
  readonly known: () => number | null;
  /** Looks at SQLite's write lock; absent where the file is not watched. */
  readonly lock?: () => Promise<WriteLock>;
  readonly transactionMaxMs: number;
  /** ms since any fixed point. */
  readonly now: () => number;
  readonly lines: LineLog;
}

/**
 * Knows how long a transaction has been open, also one that nobody reports. Whoever writes holds SQLite's write lock: where
 * it is held at two looks and nobody has committed in between, one transaction was open the whole time. One that only reads
 * has no lock, and hides nothing. Local work only, a few times a minute; no request to a store.
 */
export class TransactionWatch {
  #timer: NodeJS.Timeout | undefined;
  #looking = false;
  #stopped = false;
  /** Since when the lock has been seen held with no commit; `confirmed` by a second look. */
  #held: { readonly since: number; readonly mark: number; readonly confirmed: boolean } | undefined;
  #told = false;

  constructor(private readonly parts: TransactionWatchParts) {}

  start(): void {
    if (this.#stopped) return;
    const share = this.parts.transactionMaxMs / LOOKS_PER_LIMIT;
    const everyMs = Math.min(LOOK_MAX_MS, Math.max(LOOK_MIN_MS, share));
    this.#timer ??= setInterval(() => void this.look(), everyMs).unref();
  }

  /** For good: the lock is ours from now on, or the file is let go. */
  stop(): void {
    this.#stopped = true;
    clearInterval(this.#timer);
    this.#held = undefined;
  }

  /** The open transaction, the older one if there are two; null if none is seen. */
  open(): WatchedTransaction | null {
    const { known, now } = this.parts;
    const app = known();
    const other = this.#held?.confirmed ? now() - this.#held.since : null;
    if (other !== null && other > (app ?? -1)) return { ageMs: other, holder: 'other' };
    return app === null ? null : { ageMs: app, holder: 'app' };
  }

  /** TRANSACTION_OPEN where one has been open for longer than `transactionMaxMs`: nothing it holds can be confirmed. */
  refuseOverdue(): void {
    const open = this.open();
    if (open === null || open.ageMs <= this.parts.transactionMaxMs) return;
    throw new PersistenceError('TRANSACTION_OPEN', `${openFor(open)}; nothing in it is stored.`);
  }

  /** Looks once. Never rejects. */
  async look(): Promise<void> {
    if (this.#looking || this.#stopped) return;
    this.#looking = true;
    try {
      await this.#lookAtLock();
    } catch {
      // The worker that looks has died, or ends: nothing is known.
      this.#held = undefined;
    } finally {
      this.#looking = false;
    }
    if (!this.#stopped) this.#tell();
  }

  async #lookAtLock(): Promise<void> {
    const { lock, known, now } = this.parts;
    if (lock === undefined) return;
    const before = now();
    const ours = known() !== null;
    const { held, mark } = await lock();
    if (this.#stopped || !held || this.#held?.mark !== mark) this.#held = undefined;
    if (this.#stopped || !held) return;
    // While a transaction of ours is open, the lock may be ours, and that is known already.
    if (ours || known() !== null) return;
    this.#held =
      this.#held === undefined
        ? { since: before, mark, confirmed: false }
        : { ...this.#held, confirmed: true };
  }

  #tell(): void {
    const { lines, transactionMaxMs } = this.parts;
    const open = this.open();
    const overdue = open !== null && open.ageMs > transactionMaxMs;
    if (overdue && !this.#told) {
      lines.warn(
        `${openFor(open)}, longer than transactionMaxMs (${formatDuration(transactionMaxMs)}). Nothing in it is stored; nothing is confirmed before it has ended.`,
      );
    } else if (!overdue && this.#told) {
      lines.log('The transaction that was open for too long has ended.');
    }
    this.#told = overdue;
  }
}

/** As a sentence without its end. */
export function openFor({ ageMs, holder }: WatchedTransaction): string {
  const where =
    holder === 'app'
      ? "on the app's TypeORM connection"
      : 'on a connection that is not TypeORM’s (one the app opened itself, or another process)';
  return `A transaction has been open for ${formatDuration(ageMs)} ${where}`;
}
