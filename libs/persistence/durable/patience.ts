/** Bounds waits one by one, and all of them together once the app closes. */
export class Patience {
  readonly #waiting = new Set<() => void>();
  #endsAt = Infinity;

  constructor(
    /** Milliseconds from any fixed point. */
    private readonly now: () => number,
  ) {}

  /** What `work` settles to; rejects with what `late` makes if that takes longer than `ms`. */
  within<T>(work: Promise<T>, ms: number, late: () => Error): Promise<T> {
    const limitMs = Math.max(0, Math.min(ms, this.#endsAt - this.now()));
    return new Promise((resolve, reject) => {
      const giveUp = () => settle(() => reject(late()));
      const timer = setTimeout(giveUp, limitMs);
      const settle = (end: () => void) => {
        clearTimeout(timer);
        this.#waiting.delete(giveUp);
        end();
      };
      this.#waiting.add(giveUp);
      work.then(
        (value) => settle(() => resolve(value)),
        (error: Error) => settle(() => reject(error)),
      );
    });
  }

  /** From now on nobody waits longer than `ms` more. Those who wait do not keep the process alive by that. */
  endIn(ms: number): void {
    this.#endsAt = this.now() + ms;
    setTimeout(() => {
      for (const giveUp of this.#waiting) giveUp();
    }, ms).unref();
  }
}
