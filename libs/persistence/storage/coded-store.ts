import type {
  CallOptions,
  GetOptions,
  ListedObject,
  ListOptions,
  ObjectInfo,
  ObjectStore,
  PutBody,
  PutOptions,
  PutResult,
  StoreCapabilities,
  StoredObject,
} from '../../storage/object-store';
import { StoreError } from '../../storage/store-error';

/**
 * Around a store of the app's own making: an error that is no `StoreError` (that of an SDK, of a bug) becomes
 * `Unavailable` with its cause, so that it is retried, counted and shown like any outage.
 */
export function codedStore(store: ObjectStore): ObjectStore {
  return new CodedStore(store);
}

class CodedStore implements ObjectStore {
  readonly capabilities: StoreCapabilities;

  constructor(private readonly store: ObjectStore) {
    this.capabilities = store.capabilities;
  }

  async get(key: string, options?: GetOptions): Promise<StoredObject> {
    const stored = await coded(key, options, () => this.store.get(key, options));
    return { ...stored, body: codedItems(key, options, () => stored.body) };
  }

  put(key: string, body: PutBody, options: PutOptions): Promise<PutResult> {
    return coded(key, options, () => this.store.put(key, body, options));
  }

  head(key: string, options?: CallOptions): Promise<ObjectInfo> {
    return coded(key, options, () => this.store.head(key, options));
  }

  list(prefix: string, options?: ListOptions): AsyncIterable<ListedObject> {
    return codedItems(prefix, options, () => this.store.list(prefix, options));
  }

  deleteMany(keys: readonly string[], options?: CallOptions): Promise<void> {
    return coded(keys[0] ?? '', options, () => this.store.deleteMany(keys, options));
  }
}

async function coded<T>(
  key: string,
  options: CallOptions | undefined,
  call: () => Promise<T>,
): Promise<T> {
  try {
    return await call();
  } catch (error) {
    throw asStoreError(key, options, error);
  }
}

async function* codedItems<T>(
  key: string,
  options: CallOptions | undefined,
  items: () => AsyncIterable<T>,
): AsyncGenerator<T, void, undefined> {
  try {
    yield* items();
  } catch (error) {
    throw asStoreError(key, options, error);
  }
}

function asStoreError(key: string, options: CallOptions | undefined, error: unknown): unknown {
  // An abort is not a failure of the store.
  if (error instanceof StoreError || options?.signal?.aborted === true) return error;
  return new StoreError('Unavailable', key, 'The store failed in its own way', { cause: error });
}
