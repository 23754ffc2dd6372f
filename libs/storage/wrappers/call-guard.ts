import { setMaxListeners } from 'node:events';
import { abortable } from '../abortable';
import { type Clock } from '../clock';
import { StoreError } from '../store-error';

const DISARMED = new Error('in time');

/** The time limit of one call to a store, and of the body it may give. */
export class CallGuard {
  readonly #controller = new AbortController();
  #timer: AbortController | undefined;

  constructor(
    readonly clock: Clock,
    readonly key: string,
    readonly outer: AbortSignal | undefined,
  ) {
    // It lives for one call, which may wait in many places at once: that is no leak.
    setMaxListeners(0, this.#controller.signal);
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

  /** Something moved: the time begins anew. */
  restart(ms: number, what: string): void {
    this.#disarm();
    const timer = new AbortController();
    this.#timer = timer;
    const expire = () => {
      if (this.#timer !== timer) return;
      const seconds = Number((ms / 1000).toPrecision(3));
      this.#controller.abort(new StoreError('Timeout', this.key, `no ${what} within ${seconds} s`));
    };
    this.clock.sleep(ms, timer.signal).then(expire, () => undefined);
  }

  /** To be called once the call and its body are over. */
  dispose(): void {
    this.#disarm();
    this.outer?.removeEventListener('abort', this.#follow);
  }

  #disarm(): void {
    this.#timer?.abort(DISARMED);
    this.#timer = undefined;
  }

  readonly #follow = () => this.#controller.abort(this.outer?.reason);
}
