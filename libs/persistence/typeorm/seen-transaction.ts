/** A transaction of one connection, to those who wait for its end: they share its promises and its timer. */
export class SeenTransaction {
  #end!: (ended: true) => void;
  #limit: Promise<boolean> | undefined;
  #timer: NodeJS.Timeout | undefined;
  readonly #ended = new Promise<true>((resolve) => (this.#end = resolve));

  constructor(
    /** When it was first seen. */
    readonly since: number,
  ) {}

  /** Nothing of it is open any more. */
  end(): void {
    clearTimeout(this.#timer);
    this.#end(true);
  }

  /** Resolves to true when it ends; to false if it is not over when `maxMs` have passed since it was first seen. */
  endedWithin(maxMs: number, now: number): Promise<boolean> {
    return (this.#limit ??= Promise.race([
      this.#ended,
      new Promise<false>((resolve) => {
        const left = Math.max(0, this.since + maxMs - now);
        this.#timer = setTimeout(resolve, left, false);
      }),
    ]));
  }
}
