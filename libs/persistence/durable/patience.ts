/** A wait may last so much longer than it should: a timer for each would cost more than the rest of it. */
const TICK_MS = 25;

interface Wait {
  readonly endsAt: number;
  readonly giveUp: (closing: boolean) => void;
}

/** Bounds waits one by one, and all of them together once the app closes. One timer serves all. */
export class Patience {
  readonly #waiting = new Set<Wait>();
  #endsAt = Infinity;
  #timer: NodeJS.Timeout | undefined;

  constructor(
    /** Milliseconds from any fixed point. */
    private readonly now: () => number,
  ) {}

  /** What `work` settles to; rejects with what `late` makes if that takes longer than `ms`, give or take a tick, or the app closes. */
  within<T>(work: Promise<T>, ms: number, late: (closing: boolean) => Error): Promise<T> {
    return new Promise((resolve, reject) => {
      const wait: Wait = { endsAt: this.now() + ms, giveUp: (closing) => reject(late(closing)) };
      this.#waiting.add(wait);
      this.#timer ??= setInterval(() => this.#tick(), TICK_MS);
      work.then(
        (value) => {
          this.#waiting.delete(wait);
          resolve(value);
        },
        (error: Error) => {
          this.#waiting.delete(wait);
          reject(error);
        },
      );
    });
  }

  /** From now on nobody waits longer than `ms` more. */
  endIn(ms: number): void {
    this.#endsAt = this.now() + ms;
  }

  #tick(): void {
    const now = this.now();
    for (const wait of this.#waiting) {
      if (now < Math.min(wait.endsAt, this.#endsAt)) continue;
      this.#waiting.delete(wait);
      wait.giveUp(now < wait.endsAt);
    }
    // Not before: one who waits alone, again and again, shall make no timer each time.
    if (this.#waiting.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}
