import type { BlockBlobClient, ContainerClient } from '@azure/storage-blob';
import { assertKey, assertPrefix } from '../../keys';
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
import { assertPutOptions } from '../../put-options';
import { type AzureBlobStoreOptions } from './azure-blob.options';
import { connectContainer } from './connect-container';
import { deleteBlobs } from './delete-blobs';
import { listBlobs } from './list-blobs';
import { openContainer } from './open-container';
import { putBlob } from './put-blob';
import { getBlob, headBlob } from './read-blob';

/**
 * Keeps objects as block blobs of one container of Azure Blob Storage. The key is the name of the blob.
 *
 * - Conditional puts are single requests, at most 5,000 MiB; larger objects can be overwritten, in blocks.
 * - The time of an object is its metadata `litestreamtimestamp`, as Litestream has it; else the moment of the write, in
 *   whole seconds, as the service tells it.
 * - One call is one request, without tries of the SDK: wrap it in `withDeadline` and `withRetry`.
 */
export class AzureBlobStore implements ObjectStore {
  readonly capabilities: StoreCapabilities = {
    conditionalCreate: true,
    compareAndSwap: true,
    orderedList: true,
    listAfter: false,
  };
  readonly #container: ContainerClient;

  private constructor(container: ContainerClient) {
    this.#container = container;
  }

  /**
   * Connects, and makes sure that the container is there: it is created where it is absent and that is allowed, unless
   * `create` is false. Rejects with a `PersistenceError` where options, packages or rights are missing (`STORE_BUCKET_MISSING`:
   * the container is), with a `StoreError` where the service fails.
   */
  static async open(
    options: AzureBlobStoreOptions,
    { create = true }: { readonly create?: boolean } = {},
  ): Promise<AzureBlobStore> {
    const container = connectContainer(options);
    await openContainer(container, { create });
    return new AzureBlobStore(container);
  }

  async get(key: string, options: GetOptions = {}): Promise<StoredObject> {
    return getBlob(this.#blob(key), key, options);
  }

  async put(key: string, body: PutBody, options: PutOptions): Promise<PutResult> {
    const blob = this.#blob(key);
    assertPutOptions(key, options);
    return putBlob(blob, key, body, options);
  }

  async head(key: string, options: CallOptions = {}): Promise<ObjectInfo> {
    return headBlob(this.#blob(key), key, options.signal);
  }

  async *list(prefix: string, options: ListOptions = {}): AsyncGenerator<ListedObject> {
    assertPrefix(prefix);
    options.signal?.throwIfAborted();
    yield* listBlobs(this.#container, prefix, options);
  }

  async deleteMany(keys: readonly string[], options: CallOptions = {}): Promise<void> {
    keys.forEach(assertKey);
    await deleteBlobs(this.#container, keys, options.signal);
  }

  #blob(key: string): BlockBlobClient {
    assertKey(key);
    return this.#container.getBlockBlobClient(key);
  }
}
