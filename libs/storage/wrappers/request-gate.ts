import { type Clock } from '../clock';

/** First pause between two requests after the store asked to be spared; doubled by each further one. */
const SPACING_FIRST_MS = 50;
const SPACING_MAX_MS = 1_000;

/** One request under way. Its outcome is told once; whatever is told after that means nothing. */
export interface Passage {
  /** The store answered, with whatever answer. */
  done(): void;
  /** The store asked to be spared. */
  throttled(): void;
  /** Given up, or failed in a way that says nothing of the store's load. */
  left(): void;
}

interface Waiter {
  readonly enter: () => void;
}

/**
 * Lets so many requests through at once, first come first served. How many follows what the store bears: a throttled one
 * halves it and sets a pause between starts, answers raise it by one for each round of them and shorten the pause.
 */
export class RequestGate {
  #allowed: number;
  #active = 0;
  #spacingMs = 0;
  #nextStart = 0;
  /** Answers since the last change. */
  #answers = 0;
  /** Counts reductions: those that began before one are not held against the store a second time. */
  #era = 0;
  readonly #queue: Waiter[] = [];
  #timer: AbortController | undefined;

  constructor(
    readonly most: number,
    readonly clock: Clock,
  ) {
    if (!Number.isSafeInteger(most) || most < 1) {
      throw new RangeError(`${most} requests in flight: at least one is needed`);
    }
    this.#allowed = most;
  }

  /** Requests that may be under way now. */
  get allowed(): number {
    return this.#allowed;
  }

  get active(): number {
    return this.#active;
  }

  get waiting(): number {
    return this.#queue.length;
  }

  /** Waits for a place. Rejects with the signal's reason when that is aborted first. */
  enter(signal?: AbortSignal): Promise<Passage> {
    return new Promise<Passage>((resolve, reject) => {
      signal?.throwIfAborted();
      const abort = () => {
        this.#queue.splice(this.#queue.indexOf(waiter), 1);
        reject(signal!.reason);
        if (this.#queue.length === 0) this.#stopTimer();
      };
      const waiter: Waiter = {
        enter: () => {
          signal?.removeEventListener('abort', abort);
          resolve(this.#passage());
        },
      };
      signal?.addEventListener('abort', abort, { once: true });
      this.#queue.push(waiter);
      this.#pump();
    });
  }

  #passage(): Passage {
    const era = this.#era;
    let open = true;
    const once = (settle: () => void) => () => {
      if (!open) return;
      open = false;
      this.#active--;
      settle();
      this.#pump();
    };
    return {
      done: once(() => this.#raise()),
      throttled: once(() => this.#lower(era)),
      left: once(() => undefined),
    };
  }

  #pump(): void {
    while (this.#queue.length > 0 && this.#active < this.#allowed) {
      const waitMs = this.#nextStart - this.clock.now();
      if (waitMs > 0) return this.#pumpAfter(waitMs);
      this.#active++;
      this.#nextStart = this.clock.now() + this.#spacingMs;
      this.#queue.shift()!.enter();
    }
  }

  #pumpAfter(ms: number): void {
    if (this.#timer !== undefined) return;
    const timer = new AbortController();
    this.#timer = timer;
    const go = () => {
      if (this.#timer !== timer) return;
      this.#timer = undefined;
      this.#pump();
    };
    // A clock set back would make the pause longer than any that is meant.
    this.clock.sleep(Math.min(ms, SPACING_MAX_MS), timer.signal).then(go, () => undefined);
  }

  #stopTimer(): void {
    this.#timer?.abort();
    this.#timer = undefined;
  }

  #lower(era: number): void {
    if (era !== this.#era) return;
    this.#era++;
    this.#answers = 0;
    this.#allowed = Math.max(1, this.#allowed >> 1);
    this.#spacingMs = Math.min(SPACING_MAX_MS, this.#spacingMs * 2 || SPACING_FIRST_MS);
    this.#nextStart = this.clock.now() + this.#spacingMs;
  }

  #raise(): void {
    if (this.#allowed === this.most && this.#spacingMs === 0) return;
    if (++this.#answers < this.#allowed) return;
    this.#answers = 0;
    this.#allowed = Math.min(this.most, this.#allowed + 1);
    this.#spacingMs = this.#spacingMs > SPACING_FIRST_MS ? this.#spacingMs / 2 : 0;
  }
}
