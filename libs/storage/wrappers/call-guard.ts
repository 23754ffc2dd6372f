import { setMaxListeners } from 'node:events';
import { abortable } from '../abortable';
import { type Clock } from '../clock';
import { StoreError } from '../store-error';

const DISARMED = new Error('in time');

interface Limit {
  /** ms since 1970. */
  readonly at: number;
  readonly ms: number;
  readonly what: string;
}

/** The time limit of one call to a store, and of the body it may give. */
export class CallGuard {
  readonly #controller = new AbortController();
  #limit: Limit | undefined;
  /** One timer serves many limits, as a call may have one for each of thousands of items: when it rings it looks at the last. */
  #timer: { readonly limit: Limit; readonly off: AbortController } | undefined;
  #over = false;

  constructor(
    readonly clock: Clock,
    readonly key: string,
    readonly outer: AbortSignal | undefined,
  ) {
    // It lives for one call, which may wait in many places at once: that is no leak.
    setMaxListeners(0, this.#controller.signal);
    // So may the caller: a restore has dozens of reads under way.
    if (outer) setMaxListeners(0, outer);
    if (outer?.aborted) this.#follow();
    else outer?.addEventListener('abort', this.#follow, { once: true });
  }

  /** For the wrapped store: aborted with the `Timeout`, or with the reason of the caller's own signal. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** The outcome of `work`, or `Timeout` after `ms`, whatever the store makes of its signal. */
  async within<T>(ms: number, what: string, work: () => Promise<T>): Promise<T> {
    this.restart(ms, what);
    try {
      this.signal.throwIfAborted();
      return await abortable(work(), this.signal);
    } finally {
      this.#disarm();
    }
  }

  /** Something moved: the time begins anew. Nothing happens once the call is over. */
  restart(ms: number, what: string): void {
    if (this.#over) return;
    this.#limit = { at: this.clock.now() + ms, ms, what };
    if (this.#timer && this.#timer.limit.at <= this.#limit.at) return;
    this.#stopTimer();
    this.#watch(this.#limit);
  }

  /** To be called once the call and its body are over. */
  dispose(): void {
    this.#over = true;
    this.#disarm();
    this.#stopTimer();
    this.outer?.removeEventListener('abort', this.#follow);
  }

  #watch(limit: Limit): void {
    const timer = { limit, off: new AbortController() };
    this.#timer = timer;
    // A clock that goes back makes no wait longer.
    const left = Math.min(limit.ms, Math.max(0, limit.at - this.clock.now()));
    this.clock.sleep(left, timer.off.signal).then(
      () => {
        if (this.#timer === timer) this.#rang(limit);
      },
      () => undefined,
    );
  }

  #rang(rung: Limit): void {
    this.#timer = undefined;
    const limit = this.#limit;
    if (!limit) return;
    if (limit !== rung) return this.#watch(limit);
    const seconds = Number((limit.ms / 1000).toPrecision(3));
    const late = `no ${limit.what} within ${seconds} s`;
    this.#controller.abort(new StoreError('Timeout', this.key, late));
  }

  #disarm(): void {
    this.#limit = undefined;
  }

  #stopTimer(): void {
    this.#timer?.off.abort(DISARMED);
    this.#timer = undefined;
  }

  readonly #follow = () => this.#controller.abort(this.outer?.reason);
}
