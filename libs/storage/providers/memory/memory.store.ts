import { clipRange } from '../../byte-range';
import { assertKey, assertPrefix, compareKeys } from '../../keys';
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
} from '../../object-store';
import { bodyChunks, bodySize } from '../../put-body';
import { assertPutOptions } from '../../put-options';
import { StoreError } from '../../store-error';

const CHUNK_BYTES = 1 << 20;

interface Version {
  readonly bytes: Uint8Array;
  readonly tag: string;
  readonly time: number;
  readonly written: number;
  readonly metadata: Readonly<Record<string, string>>;
}

export interface MemoryStoreOptions {
  /** Promises to withhold, for tests of what the library does without them. The writes stay atomic all the same. */
  readonly capabilities?: Partial<StoreCapabilities>;
  /** ms since 1970, for objects written without a time. */
  readonly now?: () => number;
}

/**
 * Keeps objects in the memory of the process: for tests and simulations. Every promise of the port holds, except that a
 * store ends with its process. What goes in and what comes out are copies.
 */
export class MemoryStore implements ObjectStore {
  readonly capabilities: StoreCapabilities;
  readonly #now: () => number;
  readonly #objects = new Map<string, Version>();
  /** All keys in order; undefined after a key came or went. */
  #ordered: readonly string[] | undefined;
  #versions = 0;

  constructor(options: MemoryStoreOptions = {}) {
    this.#now = options.now ?? Date.now;
    this.capabilities = {
      conditionalCreate: true,
      compareAndSwap: true,
      orderedList: true,
      listAfter: true,
      ...options.capabilities,
    };
  }

  async get(key: string, options: GetOptions = {}): Promise<StoredObject> {
    const version = this.#version(key, options);
    const { start, end } = clipRange(key, options.range, version.bytes.byteLength);
    return {
      ...info(key, version),
      body: copies(version.bytes.subarray(start, end), options.signal),
    };
  }

  async put(key: string, body: PutBody, options: PutOptions): Promise<PutResult> {
    assertKey(key);
    assertPutOptions(key, options);
    const bytes = new Uint8Array(bodySize(key, body));
    let length = 0;
    for await (const chunk of bodyChunks(key, body, options.signal)) {
      bytes.set(chunk, length);
      length += chunk.byteLength;
    }
    options.signal?.throwIfAborted();
    return this.#write(key, bytes, options);
  }

  /** Without an await between condition and write: that is what makes it atomic. */
  #write(key: string, bytes: Uint8Array, options: PutOptions): PutResult {
    const current = this.#objects.get(key);
    if (options.mode === 'create' && current !== undefined) {
      throw new StoreError('AlreadyExists', key, 'the object exists');
    }
    if (typeof options.mode === 'object' && current?.tag !== options.mode.ifMatch) {
      throw new StoreError('PreconditionFailed', key, 'the object has another tag, or is absent');
    }
    const tag = `v${++this.#versions}`;
    const written = this.#now();
    const time = options.time ?? written;
    this.#objects.set(key, { bytes, tag, time, written, metadata: { ...options.metadata } });
    if (current === undefined) this.#ordered = undefined;
    return { tag };
  }

  async head(key: string, options: CallOptions = {}): Promise<ObjectInfo> {
    return info(key, this.#version(key, options));
  }

  async *list(prefix: string, options: ListOptions = {}): AsyncGenerator<ListedObject> {
    assertPrefix(prefix);
    options.signal?.throwIfAborted();
    this.#ordered ??= [...this.#objects.keys()].sort(compareKeys);
    const keys = this.capabilities.orderedList ? this.#ordered : this.#ordered.toReversed();
    const { startAfter } = options;
    for (const key of keys) {
      if (!key.startsWith(prefix)) continue;
      if (startAfter !== undefined && compareKeys(key, startAfter) <= 0) continue;
      const version = this.#objects.get(key);
      if (version === undefined) continue;
      yield {
        key,
        size: version.bytes.byteLength,
        time: version.time,
        written: version.written,
      };
      options.signal?.throwIfAborted();
    }
  }

  async deleteMany(keys: readonly string[], options: CallOptions = {}): Promise<void> {
    keys.forEach(assertKey);
    options.signal?.throwIfAborted();
    for (const key of keys) {
      if (this.#objects.delete(key)) this.#ordered = undefined;
    }
  }

  #version(key: string, options: CallOptions): Version {
    assertKey(key);
    options.signal?.throwIfAborted();
    const version = this.#objects.get(key);
    if (version === undefined) throw new StoreError('NotFound', key, 'no such object');
    return version;
  }
}

function info(key: string, { bytes, tag, time, written, metadata }: Version): ObjectInfo {
  return { key, size: bytes.byteLength, tag, time, written, metadata: { ...metadata } };
}

async function* copies(bytes: Uint8Array, signal?: AbortSignal): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.byteLength; at += CHUNK_BYTES) {
    signal?.throwIfAborted();
    yield bytes.slice(at, at + CHUNK_BYTES);
  }
}
