import { type Clock } from '../clock';
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

export interface RetryOptions {
  /** Tries in all, the first one included. */
  readonly attempts: number;
  /** Longest wait before the second try; doubled for each one after it. */
  readonly baseMs: number;
  /** Longest wait of all. */
  readonly maxMs: number;
}

export interface RetryChance {
  readonly sleep: Clock['sleep'];
  /** From 0 to below 1. */
  readonly random: () => number;
}

/**
 * Tries again what failed in a way that may pass (`Throttled`, `Unavailable`, `Timeout`), after a wait that grows and is
 * random in its upper half; the last error is thrown as it is.
 *
 * - A conditional `put` whose success was hidden by a failure meets its own object on the next try, and rejects with
 *   `AlreadyExists` or `PreconditionFailed`: the caller compares what is stored with what it meant to store.
 * - The body of a `get` that breaks rejects; it is not taken up again, as the object may have changed.
 * - A `list` that breaks goes on behind the last key it gave, where the store lists in order; elsewhere only if it has
 *   given none. Every key given earns it a new set of tries.
 */
export function withRetry(
  store: ObjectStore,
  options: RetryOptions,
  chance: RetryChance,
): ObjectStore {
  return new RetryStore(store, options, chance);
}

class RetryStore implements ObjectStore {
  readonly capabilities: StoreCapabilities;

  constructor(
    readonly store: ObjectStore,
    readonly options: RetryOptions,
    readonly chance: RetryChance,
  ) {
    this.capabilities = store.capabilities;
  }

  get(key: string, options?: GetOptions): Promise<StoredObject> {
    return this.#retry(options?.signal, () => this.store.get(key, options));
  }

  put(key: string, body: PutBody, options: PutOptions): Promise<PutResult> {
    return this.#retry(options.signal, () => this.store.put(key, body, options));
  }

  head(key: string, options?: CallOptions): Promise<ObjectInfo> {
    return this.#retry(options?.signal, () => this.store.head(key, options));
  }

  deleteMany(keys: readonly string[], options?: CallOptions): Promise<void> {
    return this.#retry(options?.signal, () => this.store.deleteMany(keys, options));
  }

  async *list(prefix: string, options: ListOptions = {}): AsyncGenerator<ListedObject> {
    let last: string | undefined;
    for (let failures = 0; ;) {
      try {
        const startAfter = last ?? options.startAfter;
        const rest = startAfter === undefined ? options : { ...options, startAfter };
        for await (const object of this.store.list(prefix, rest)) {
          yield object;
          last = object.key;
          failures = 0;
        }
        return;
      } catch (error) {
        if (last !== undefined && !this.capabilities.orderedList) throw error;
        await this.#pause(error, ++failures, options.signal);
      }
    }
  }

  async #retry<T>(signal: AbortSignal | undefined, work: () => Promise<T>): Promise<T> {
    for (let failures = 0; ;) {
      try {
        return await work();
      } catch (error) {
        await this.#pause(error, ++failures, signal);
      }
    }
  }

  /** Waits before the next try, or throws the error where there is to be none. */
  async #pause(error: unknown, failures: number, signal: AbortSignal | undefined): Promise<void> {
    const { attempts, baseMs, maxMs } = this.options;
    if (!isStoreError(error) || !error.transient || failures >= attempts) throw error;
    signal?.throwIfAborted();
    const longest = Math.min(maxMs, baseMs * 2 ** (failures - 1));
    await this.chance.sleep((longest / 2) * (1 + this.chance.random()), signal);
  }
}
