/** A longer time than setTimeout() can take would be none. */
const LONGEST_MS = 0x7fffffff;

interface Waiter {
  admit(): void;
  refuse(error: Error): void;
}

/**
 * Lets one in at a time, in the order of arrival. Nobody waits longer than `timeoutMs`, so that no more can be waiting
 * than arrive within that time.
 */
export class Gate {
  #held = false;
  #closed: Error | undefined;
  readonly #waiters = new Set<Waiter>();
  readonly #leaving = new Set<() => void>();

  /** Nobody is in, and nobody waits. */
  get idle(): boolean {
    return !this.#held && this.#waiters.size === 0 && this.#closed === undefined;
  }

  get waiting(): number {
    return this.#waiters.size;
  }

  /** Enters where that needs no waiting. */
  tryEnter(): boolean {
    if (!this.idle) return false;
    this.#held = true;
    return true;
  }

  /** Resolves when the caller is in; rejects with what `onTimeout` makes, or with the reason of `close()`. */
  enter(timeoutMs: number, onTimeout: () => Error): Promise<void> {
    if (this.#closed !== undefined) return Promise.reject(this.#closed);
    if (this.tryEnter()) return Promise.resolve();
    return new Promise((resolve, reject) => {
      const settle = (done: () => void) => {
        clearTimeout(timer);
        this.#waiters.delete(waiter);
        done();
      };
      const waiter: Waiter = {
        admit: () => settle(resolve),
        refuse: (error) => settle(() => reject(error)),
      };
      const timer = setTimeout(() => waiter.refuse(onTimeout()), Math.min(timeoutMs, LONGEST_MS));
      this.#waiters.add(waiter);
    });
  }

  /** Lets the longest waiting in. */
  leave(): void {
    this.#held = false;
    const [next] = this.#waiters;
    if (next !== undefined) {
      this.#held = true;
      next.admit();
    }
    if (!this.#held) for (const tell of this.#leaving) tell();
  }

  /** Lets nobody in any more. Who is in still leaves. */
  close(reason: Error): void {
    this.#closed = reason;
    for (const waiter of this.#waiters) waiter.refuse(reason);
  }

  /** Resolves when nobody is in, or after `timeoutMs`. Only for a gate that is closed. */
  whenLeft(timeoutMs: number): Promise<void> {
    if (!this.#held) return Promise.resolve();
    return new Promise((resolve) => {
      const end = () => {
        clearTimeout(timer);
        this.#leaving.delete(end);
        resolve();
      };
      const timer = setTimeout(end, Math.min(timeoutMs, LONGEST_MS));
      this.#leaving.add(end);
    });
  }
}
