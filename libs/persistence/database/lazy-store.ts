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

/**
 * A store that is opened by the first call. One that fails to open is opened anew by the next call.
 *
 * @param capabilities what it will have: known without opening it
 */
export function lazyStore(
  capabilities: StoreCapabilities,
  open: () => Promise<ObjectStore>,
): ObjectStore {
  return new LazyStore(capabilities, open);
}

class LazyStore implements ObjectStore {
  #opened: Promise<ObjectStore> | undefined;

  constructor(
    readonly capabilities: StoreCapabilities,
    private readonly open: () => Promise<ObjectStore>,
  ) {}

  async get(key: string, options?: GetOptions): Promise<StoredObject> {
    return (await this.#store()).get(key, options);
  }

  async put(key: string, body: PutBody, options: PutOptions): Promise<PutResult> {
    return (await this.#store()).put(key, body, options);
  }

  async head(key: string, options?: CallOptions): Promise<ObjectInfo> {
    return (await this.#store()).head(key, options);
  }

  async *list(prefix: string, options?: ListOptions): AsyncGenerator<ListedObject> {
    yield* (await this.#store()).list(prefix, options);
  }

  async deleteMany(keys: readonly string[], options?: CallOptions): Promise<void> {
    return (await this.#store()).deleteMany(keys, options);
  }

  #store(): Promise<ObjectStore> {
    this.#opened ??= this.open().catch((error: unknown) => {
      this.#opened = undefined;
      throw error;
    });
    return this.#opened;
  }
}
