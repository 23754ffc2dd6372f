import { type Clock, systemClock } from '../clock';
import {
  type CallOptions,
  type GetOptions,
  type ListedObject,
  type ListOptions,
  type ObjectInfo,
  type ObjectStore,
  type PutBody,
  type PutOptions,
  type PutResult,
  type StoreCapabilities,
  type StoredObject,
} from '../object-store';
import { isStoreError } from '../store-error';
import { beginsPage } from './list-pages';
import { type Passage, RequestGate } from './request-gate';

export interface LimitOptions {
  /** Requests under way at once (default 16). */
  readonly inFlight?: number;
}

const IN_FLIGHT = 16;

/**
 * Keeps the number of requests under way in bounds, and lowers it while the store answers `Throttled`.
 *
 * - The body of a `get` counts until it was read, given up, broken, or its signal aborted. So whoever holds several bodies
 *   open reads each to its end before it waits for the next, and the body of a `put` reads nothing from this store.
 * - A `list` counts while it waits for a page, not while its caller works on one.
 * - Waiting ends with the caller's signal; this wrapper sets no limit of its own, so a deadline belongs around it.
 */
export function withLimit(
  store: ObjectStore,
  options: LimitOptions = {},
  clock: Clock = systemClock,
): ObjectStore {
  return new LimitedStore(store, new RequestGate(options.inFlight ?? IN_FLIGHT, clock));
}

class LimitedStore implements ObjectStore {
  readonly capabilities: StoreCapabilities;

  constructor(
    readonly store: ObjectStore,
    readonly gate: RequestGate,
  ) {
    this.capabilities = store.capabilities;
  }

  async get(key: string, options: GetOptions = {}): Promise<StoredObject> {
    const passage = await this.gate.enter(options.signal);
    try {
      const object = await this.store.get(key, options);
      return { ...object, body: limitedBody(object.body, passage, options.signal) };
    } catch (error) {
      failed(passage, error);
      throw error;
    }
  }

  put(key: string, body: PutBody, options: PutOptions): Promise<PutResult> {
    return this.#pass(options.signal, () => this.store.put(key, body, options));
  }

  head(key: string, options: CallOptions = {}): Promise<ObjectInfo> {
    return this.#pass(options.signal, () => this.store.head(key, options));
  }

  deleteMany(keys: readonly string[], options: CallOptions = {}): Promise<void> {
    return this.#pass(options.signal, () => this.store.deleteMany(keys, options));
  }

  async *list(prefix: string, options: ListOptions = {}): AsyncGenerator<ListedObject> {
    const objects = this.store.list(prefix, options)[Symbol.asyncIterator]();
    let ended = false;
    try {
      for (let index = 0; ; index++) {
        const next = beginsPage(index)
          ? await this.#pass(options.signal, () => objects.next())
          : await objects.next();
        if (next.done) break;
        yield next.value;
      }
      ended = true;
    } finally {
      if (!ended) await objects.return?.();
    }
  }

  async #pass<T>(signal: AbortSignal | undefined, work: () => Promise<T>): Promise<T> {
    const passage = await this.gate.enter(signal);
    try {
      const result = await work();
      passage.done();
      return result;
    } catch (error) {
      failed(passage, error);
      throw error;
    }
  }
}

/** An answer to a condition is an answer; a broken connection says nothing of what the store can bear. */
function failed(passage: Passage, error: unknown): void {
  if (isStoreError(error, 'Throttled')) passage.throttled();
  else if (isStoreError(error) && !error.transient) passage.done();
  else passage.left();
}

/** Gives its place back at the end of the body, and where nobody reads it, with the abort of its call. */
function limitedBody(
  body: AsyncIterable<Uint8Array>,
  passage: Passage,
  signal: AbortSignal | undefined,
): AsyncIterable<Uint8Array> {
  const left = () => passage.left();
  if (signal?.aborted) left();
  else signal?.addEventListener('abort', left, { once: true });
  return (async function* () {
    try {
      yield* body;
      passage.done();
    } catch (error) {
      failed(passage, error);
      throw error;
    } finally {
      left();
      signal?.removeEventListener('abort', left);
    }
  })();
}
