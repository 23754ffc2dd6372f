interface Sleeper {
  readonly until: number;
  readonly wake: () => void;
}

/** Of the event loop, between two sleepers: enough for chains of callbacks without real I/O. */
const TURNS = 5;

/**
 * Time that passes when a test says so. Sleepers wake in the order of their moments, and what a waking one sets in motion
 * runs before the next one wakes.
 */
export class ManualClock {
  #now: number;
  readonly #sleepers = new Set<Sleeper>();
  readonly #watchers = new Set<() => void>();

  /** @param start ms since 1970 */
  constructor(start = 1_700_000_000_000) {
    this.#now = start;
  }

  now(): number {
    return this.#now;
  }

  /** How many sleep now. */
  get sleeping(): number {
    return this.#sleepers.size;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      signal?.throwIfAborted();
      const stop = () => {
        this.#sleepers.delete(sleeper);
        reject(signal?.reason);
      };
      const wake = () => {
        signal?.removeEventListener('abort', stop);
        resolve();
      };
      const sleeper: Sleeper = { until: this.#now + Math.max(0, ms), wake };
      signal?.addEventListener('abort', stop, { once: true });
      this.#sleepers.add(sleeper);
      for (const watcher of this.#watchers) watcher();
    });
  }

  /** Resolves after the callbacks that are due now have run. */
  immediate(): Promise<void> {
    return new Promise((resolve) => setImmediate(resolve));
  }

  /** Resolves as soon as at least `count` sleep. */
  whenSleeping(count = 1): Promise<void> {
    return new Promise((resolve) => {
      const look = () => {
        if (this.sleeping < count) return;
        this.#watchers.delete(look);
        resolve();
      };
      this.#watchers.add(look);
      look();
    });
  }

  /** Lets `ms` pass. */
  async advance(ms: number): Promise<void> {
    const end = this.#now + ms;
    for (;;) {
      for (let turn = 0; turn < TURNS; turn++) await this.immediate();
      const next = this.#next(end);
      if (next === undefined) break;
      this.#sleepers.delete(next);
      this.#now = Math.max(this.#now, next.until);
      next.wake();
    }
    this.#now = end;
  }

  #next(end: number): Sleeper | undefined {
    let next: Sleeper | undefined;
    for (const sleeper of this.#sleepers) {
      if (sleeper.until <= end && (next === undefined || sleeper.until < next.until))
        next = sleeper;
    }
    return next;
  }
}
