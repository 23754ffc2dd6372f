import { PersistenceError } from '../../errors';
import type { Clock } from '../clock';

/** One call of `flush()`. */
export interface Waiter {
  resolve(): void;
  reject(error: PersistenceError): void;
}

/** Who waits for everything up to a moment to be stored. */
export class Waiters {
  private waiting: Waiter[] = [];

  constructor(
    private readonly clock: Clock,
    private readonly timeoutMs: number,
  ) {}

  get any(): boolean {
    return this.waiting.length > 0;
  }

  /**
   * Waits to be answered. After `timeoutMs` it is FLUSH_TIMEOUT, with what stands in the way then as its cause.
   *
   * @param obstacle what fails at the moment
   */
  async wait(obstacle: () => PersistenceError | null): Promise<void> {
    const answered = new AbortController();
    const stored = new Promise<void>((resolve, reject) => this.waiting.push({ resolve, reject }));
    try {
      await Promise.race([stored, this.timeout(answered.signal, obstacle)]);
    } finally {
      answered.abort();
    }
  }

  /** Those whose commits the next capture holds. They are answered, or given back. */
  take(): Waiter[] {
    const taken = this.waiting;
    this.waiting = [];
    return taken;
  }

  /** They go on waiting, each with its own deadline. */
  giveBack(taken: readonly Waiter[]): void {
    this.waiting = [...taken, ...this.waiting];
  }

  rejectAll(error: PersistenceError): void {
    answer(this.take(), error);
  }

  private async timeout(
    answered: AbortSignal,
    obstacle: () => PersistenceError | null,
  ): Promise<never> {
    await this.clock.sleep(this.timeoutMs, answered);
    throw new PersistenceError('FLUSH_TIMEOUT', `Not stored within ${this.timeoutMs} ms.`, {
      cause: obstacle() ?? undefined,
    });
  }
}

/** All is stored, or it never will be. */
export function answer(waiters: readonly Waiter[], error?: PersistenceError): void {
  for (const waiter of waiters)
    if (error) waiter.reject(error);
    else waiter.resolve();
}
