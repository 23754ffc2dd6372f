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
import { bodySize } from '../put-body';
import { CallGuard } from './call-guard';

export interface DeadlineOptions {
  /** Until a call answers; for a `list`, until its next page; for a streamed `put`, after each chunk taken. */
  readonly callMs: number;
  /** Until the next chunk of the body of a `get`, while somebody waits for it. */
  readonly stallMs: number;
  /** The slowest upload worth waiting for, in bytes per second (default 64 KiB): adds its time to a `put`. */
  readonly uploadMin?: number;
}

const UPLOAD_MIN = 64 * 1024;
/** Deletes are sent in requests of about this many keys. */
const KEYS_PER_REQUEST = 1000;

/**
 * Ends every call and every body in `Timeout` where the store falls silent: SDKs wait for minutes, some for ever. What a
 * late answer says is ignored.
 */
export function withDeadline(
  store: ObjectStore,
  options: DeadlineOptions,
  clock: Clock = systemClock,
): ObjectStore {
  return new DeadlineStore(store, options, clock);
}

class DeadlineStore implements ObjectStore {
  readonly capabilities: StoreCapabilities;

  constructor(
    readonly store: ObjectStore,
    readonly options: DeadlineOptions,
    readonly clock: Clock,
  ) {
    this.capabilities = store.capabilities;
  }

  async get(key: string, options: GetOptions = {}): Promise<StoredObject> {
    const guard = new CallGuard(this.clock, key, options.signal);
    try {
      const object = await guard.within(this.options.callMs, 'answer', () =>
        this.store.get(key, { ...options, signal: guard.signal }),
      );
      return { ...object, body: this.#body(object.body, guard) };
    } catch (error) {
      guard.dispose();
      throw error;
    }
  }

  async put(key: string, body: PutBody, options: PutOptions): Promise<PutResult> {
    return this.#call(key, options.signal, this.#putMs(bodySize(key, body)), (guard) =>
      this.store.put(key, this.#watched(body, guard), { ...options, signal: guard.signal }),
    );
  }

  async head(key: string, options: CallOptions = {}): Promise<ObjectInfo> {
    return this.#call(key, options.signal, this.options.callMs, (guard) =>
      this.store.head(key, { ...options, signal: guard.signal }),
    );
  }

  async *list(prefix: string, options: ListOptions = {}): AsyncGenerator<ListedObject> {
    const guard = new CallGuard(this.clock, prefix, options.signal);
    const objects = this.store.list(prefix, { ...options, signal: guard.signal });
    yield* this.#guarded(objects, guard, this.options.callMs, 'page');
  }

  async deleteMany(keys: readonly string[], options: CallOptions = {}): Promise<void> {
    const requests = Math.max(1, Math.ceil(keys.length / KEYS_PER_REQUEST));
    const ms = this.options.callMs * requests;
    return this.#call(keys[0] ?? '', options.signal, ms, (guard) =>
      this.store.deleteMany(keys, { ...options, signal: guard.signal }),
    );
  }

  async #call<T>(
    key: string,
    signal: AbortSignal | undefined,
    ms: number,
    work: (guard: CallGuard) => Promise<T>,
  ): Promise<T> {
    const guard = new CallGuard(this.clock, key, signal);
    try {
      return await guard.within(ms, 'answer', () => work(guard));
    } finally {
      guard.dispose();
    }
  }

  #putMs(bytes: number): number {
    return this.options.callMs + (bytes * 1000) / (this.options.uploadMin ?? UPLOAD_MIN);
  }

  /** Not the size but the chunks tell how long a streamed put may take: a dead store stops asking for them. */
  #watched(body: PutBody, guard: CallGuard): PutBody {
    if (body instanceof Uint8Array) return body;
    const ms = (bytes: number) => this.#putMs(bytes);
    return {
      size: body.size,
      async *open() {
        guard.restart(ms(0), 'progress');
        for await (const chunk of body.open()) {
          guard.restart(ms(chunk.byteLength), 'progress');
          yield chunk;
        }
        guard.restart(ms(0), 'answer');
      },
    };
  }

  #body(body: AsyncIterable<Uint8Array>, guard: CallGuard): AsyncIterable<Uint8Array> {
    return this.#guarded(body, guard, this.options.stallMs, 'bytes');
  }

  async *#guarded<T>(
    items: AsyncIterable<T>,
    guard: CallGuard,
    ms: number,
    what: string,
  ): AsyncGenerator<T> {
    const iterator = items[Symbol.asyncIterator]();
    let ended = false;
    try {
      for (;;) {
        const next = await guard.within(ms, what, () => iterator.next());
        if (next.done) break;
        yield next.value;
      }
      ended = true;
    } finally {
      // Not awaited: what hangs in next() hangs in return() too.
      if (!ended) void Promise.resolve(iterator.return?.()).catch(() => undefined);
      guard.dispose();
    }
  }
}
