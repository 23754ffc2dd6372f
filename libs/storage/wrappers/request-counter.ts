/** What was sent to a store. */
export interface RequestCounts {
  readonly put: number;
  readonly get: number;
  /** Pages of listings. */
  readonly list: number;
  readonly head: number;
  readonly delete: number;
  /** Bytes of bodies that came from the store. */
  readonly bytesIn: number;
  /** Bytes of bodies that went to the store. */
  readonly bytesOut: number;
}

export interface RequestPeriod {
  /** When counting began (ms since 1970). */
  readonly since: number;
  readonly counts: RequestCounts;
}

export interface RequestSnapshot {
  /** Since this process life began to count. */
  readonly life: RequestPeriod;
  /** The running calendar month (UTC), or the part of it that this life saw. */
  readonly month: RequestPeriod & { /** `2026-11`. */ readonly name: string };
}

const NONE: RequestCounts = {
  put: 0,
  get: 0,
  list: 0,
  head: 0,
  delete: 0,
  bytesIn: 0,
  bytesOut: 0,
};

/** Adds up requests, for a status that costs nothing to read and for a bill that is known before it comes. */
export class RequestCounter {
  readonly #now: () => number;
  readonly #since: number;
  #life = { ...NONE };
  #monthName: string;
  #monthSince: number;
  #month = { ...NONE };

  /** @param now ms since 1970 */
  constructor(now: () => number = Date.now) {
    this.#now = now;
    this.#since = now();
    this.#monthSince = this.#since;
    this.#monthName = monthOf(this.#since);
  }

  add(what: keyof RequestCounts, count = 1): void {
    this.#turnMonth();
    this.#life[what] += count;
    this.#month[what] += count;
  }

  /** Does not change afterwards. */
  snapshot(): RequestSnapshot {
    this.#turnMonth();
    return Object.freeze({
      life: period(this.#since, this.#life),
      month: Object.freeze({
        name: this.#monthName,
        ...period(this.#monthSince, this.#month),
      }),
    });
  }

  #turnMonth(): void {
    const now = this.#now();
    const name = monthOf(now);
    // A clock set back over the turn of a month must not throw away what was counted.
    if (name <= this.#monthName) return;
    this.#monthName = name;
    this.#monthSince = now;
    this.#month = { ...NONE };
  }
}

const monthOf = (time: number): string => new Date(time).toISOString().slice(0, 7);

const period = (since: number, counts: RequestCounts): RequestPeriod =>
  Object.freeze({ since, counts: Object.freeze({ ...counts }) });
