import { PersistenceError } from '../../errors';
import type { Clock } from '../clock';

/** One call of `flush()`. */
interface Waiter {
  resolve(): void;
  reject(error: PersistenceError): void;
  /** ms since 1970. */
  readonly deadline: number;
}

/** One for all: an error made for each would cost more than the rest of a wait. */
const ALL_ANSWERED = new Error('Nobody waits any more.');

/**
 * Who waits for everything up to a moment to be stored. All wait equally long at most, so that their deadlines are in the
 * order in which they came, and one timer, for the oldest, serves all.
 */
export class Waiters {
  private waiting: Waiter[] = [];
  /** Whose commits the capture under way holds. They came before those that wait. */
  private serving: Waiter[] = [];
  private timer: AbortController | null = null;

  /** @param obstacle what fails at the moment */
  constructor(
    private readonly clock: Clock,
    private readonly timeoutMs: number,
    private readonly obstacle: () => PersistenceError | null,
  ) {}

  /** How many wait for the next capture. */
  get count(): number {
    return this.waiting.length;
  }

  /** Waits to be answered. After `timeoutMs` it is FLUSH_TIMEOUT, with what stands in the way then as its cause. */
  wait(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ resolve, reject, deadline: this.clock.now() + this.timeoutMs });
      if (this.timer !== null) return;
      this.timer = new AbortController();
      void this.watch(this.timer.signal);
    });
  }

  /** The next capture holds the commits of all that wait. They are answered, or given back. */
  take(): void {
    this.serving.push(...this.waiting.splice(0));
  }

  /** They go on waiting, each with its own deadline. */
  giveBack(): void {
    this.waiting.unshift(...this.serving.splice(0));
  }

  /** All that were taken is stored, or it never will be. */
  answer(error?: PersistenceError): void {
    const answered = this.serving.splice(0);
    for (const waiter of answered)
      if (error) waiter.reject(error);
      else waiter.resolve();
    if (this.oldest === undefined) this.stopWatch();
  }

  /** Nothing will be stored any more. */
  rejectAll(error: PersistenceError): void {
    this.take();
    this.answer(error);
  }

  private get oldest(): Waiter | undefined {
    return this.serving[0] ?? this.waiting[0];
  }

  private stopWatch(): void {
    this.timer?.abort(ALL_ANSWERED);
    this.timer = null;
  }

  private async watch(stopped: AbortSignal): Promise<void> {
    try {
      for (let next = this.oldest; next !== undefined; next = this.oldest) {
        // No longer than it was to wait, whatever the clock says.
        const left = Math.min(next.deadline - this.clock.now(), this.timeoutMs);
        await this.clock.sleep(Math.max(0, left), stopped);
        this.expire(next);
      }
      if (!stopped.aborted) this.timer = null;
    } catch (error) {
      if (error !== ALL_ANSWERED) throw error;
    }
  }

  /** Those whose time is over, and the one that was slept for. */
  private expire(due: Waiter): void {
    const now = this.clock.now();
    for (let next = this.oldest; next && (next === due || next.deadline <= now);) {
      (this.serving.length > 0 ? this.serving : this.waiting).shift();
      next.reject(
        new PersistenceError('FLUSH_TIMEOUT', `Not stored within ${this.timeoutMs} ms.`, {
          cause: this.obstacle() ?? undefined,
        }),
      );
      next = this.oldest;
    }
  }
}
