import { assertKey, assertPrefix } from '../keys';
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

/**
 * The part of a store below a folder, seen as a store of its own. Errors keep the full key: it is what a person finds in
 * the store.
 *
 * @param folder a key, with or without a `/` at its end
 */
export function prefixed(store: ObjectStore, folder: string): ObjectStore {
  const name = folder.replace(/\/$/, '');
  assertKey(name);
  return new PrefixedStore(store, `${name}/`);
}

class PrefixedStore implements ObjectStore {
  readonly capabilities: StoreCapabilities;

  constructor(
    readonly store: ObjectStore,
    readonly prefix: string,
  ) {
    this.capabilities = store.capabilities;
  }

  async get(key: string, options?: GetOptions): Promise<StoredObject> {
    return { ...(await this.store.get(this.#full(key), options)), key };
  }

  async put(key: string, body: PutBody, options: PutOptions): Promise<PutResult> {
    return this.store.put(this.#full(key), body, options);
  }

  async head(key: string, options?: CallOptions): Promise<ObjectInfo> {
    return { ...(await this.store.head(this.#full(key), options)), key };
  }

  async *list(prefix: string, options: ListOptions = {}): AsyncGenerator<ListedObject> {
    assertPrefix(prefix);
    const { startAfter, ...rest } = options;
    const inner =
      startAfter === undefined ? rest : { ...rest, startAfter: this.prefix + startAfter };
    for await (const object of this.store.list(this.prefix + prefix, inner)) {
      yield { ...object, key: object.key.slice(this.prefix.length) };
    }
  }

  async deleteMany(keys: readonly string[], options?: CallOptions): Promise<void> {
    return this.store.deleteMany(
      keys.map((key) => this.#full(key)),
      options,
    );
  }

  /** Checked on its own: `..` must not lead out of the folder, and an empty key must not become it. */
  #full(key: string): string {
    assertKey(key);
    return this.prefix + key;
  }
}
