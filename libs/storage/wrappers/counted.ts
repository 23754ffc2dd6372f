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
import { beginsPage, KEYS_PER_DELETE } from './list-pages';
import { type RequestCounter } from './request-counter';

/**
 * Counts every request that is sent, the failed ones too, as services bill them. It belongs directly around the provider,
 * inside the retries, or a request sent three times counts once.
 *
 * The port hides how a provider cuts its work: a page is taken for 1,000 keys, a delete for one request per 1,000 keys,
 * and an upload in parts for one `put`.
 */
export function counted(store: ObjectStore, counter: RequestCounter): ObjectStore {
  return new CountedStore(store, counter);
}

class CountedStore implements ObjectStore {
  readonly capabilities: StoreCapabilities;

  constructor(
    readonly store: ObjectStore,
    readonly counter: RequestCounter,
  ) {
    this.capabilities = store.capabilities;
  }

  async get(key: string, options?: GetOptions): Promise<StoredObject> {
    this.counter.add('get');
    const object = await this.store.get(key, options);
    return { ...object, body: this.#counted(object.body, 'bytesIn') };
  }

  put(key: string, body: PutBody, options: PutOptions): Promise<PutResult> {
    this.counter.add('put');
    if (body instanceof Uint8Array) {
      this.counter.add('bytesOut', body.byteLength);
      return this.store.put(key, body, options);
    }
    const open = () => this.#counted(body.open(), 'bytesOut');
    return this.store.put(key, { size: body.size, open }, options);
  }

  head(key: string, options?: CallOptions): Promise<ObjectInfo> {
    this.counter.add('head');
    return this.store.head(key, options);
  }

  /** The first page is asked for even where it turns out empty. */
  async *list(prefix: string, options?: ListOptions): AsyncGenerator<ListedObject> {
    this.counter.add('list');
    let index = 0;
    for await (const object of this.store.list(prefix, options)) {
      if (index > 0 && beginsPage(index)) this.counter.add('list');
      index++;
      yield object;
    }
  }

  deleteMany(keys: readonly string[], options?: CallOptions): Promise<void> {
    this.counter.add('delete', Math.ceil(keys.length / KEYS_PER_DELETE));
    return this.store.deleteMany(keys, options);
  }

  async *#counted(
    chunks: AsyncIterable<Uint8Array>,
    what: 'bytesIn' | 'bytesOut',
  ): AsyncGenerator<Uint8Array> {
    for await (const chunk of chunks) {
      this.counter.add(what, chunk.byteLength);
      yield chunk;
    }
  }
}
