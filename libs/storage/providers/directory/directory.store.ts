import path from 'node:path';
import { clipRange } from '../../byte-range';
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
import { isStoreError, StoreError } from '../../store-error';
import { deleteObjects } from './delete-objects';
import { fileBody, bytesBody } from './file-body';
import { errno, readError, writeError } from './file-errors';
import { isThere, makeFolder } from './folder';
import { isReserved, objectPaths, TEMP_FOLDER } from './layout';
import { canLink } from './link-file';
import { openObject, type OpenObject } from './open-object';
import { publishObject } from './publish-object';
import { sweepTemporaryFiles } from './sweep';
import { walk } from './walk';

/**
 * Keeps objects as plain files below a folder: of a mounted volume, a share, or the local disk. The key is the path.
 *
 * - `create` links a finished file to its name: one winner, on every file system that has hard links, over NFS too. Where
 *   there are none (SMB) `capabilities.conditionalCreate` is false.
 * - Changes of what is there run under `<key>.lock`; metadata lies in `<key>.meta.json`; files being written in `.tmp/`.
 *   Such names are refused as keys and hidden from `list`.
 * - The time of an object is the mtime of its file. A copy of the folder must keep the files' times.
 * - Names follow the file system: where it ignores case, so do keys.
 */
export class DirectoryStore implements ObjectStore {
  private constructor(
    readonly root: string,
    readonly capabilities: StoreCapabilities,
    private readonly readOnly: boolean,
  ) {}

  /**
   * Makes the folder where it is missing and learns what its file system can do. With `readOnly` nothing is made, tried or
   * swept, so that it may be a read-only mount or belong to a live app; puts and deletions are then `Rejected`. Rejects
   * with a `StoreError`.
   */
  static async open(options: {
    readonly root: string;
    readonly readOnly?: boolean;
  }): Promise<DirectoryStore> {
    const root = path.resolve(options.root);
    if (options.readOnly) return DirectoryStore.#openReadOnly(root);
    try {
      await makeFolder(path.join(root, TEMP_FOLDER));
      await sweepTemporaryFiles(root);
      const capabilities = {
        conditionalCreate: await canLink(root),
        compareAndSwap: true,
        orderedList: true,
        // It lists nothing of the folders before, but reads all names of the folder where it begins.
        listAfter: false,
      };
      return new DirectoryStore(root, capabilities, false);
    } catch (error) {
      if (errno(error) !== 'ENOTDIR') throw writeError(error, root);
      throw new StoreError('Rejected', root, 'a file stands where the folder should be', {
        cause: error,
      });
    }
  }

  static async #openReadOnly(root: string): Promise<DirectoryStore> {
    const capabilities = {
      conditionalCreate: false,
      compareAndSwap: false,
      orderedList: true,
      listAfter: false,
    };
    const store = new DirectoryStore(root, capabilities, true);
    await store.#demandRoot(root);
    return store;
  }

  async get(key: string, options: GetOptions = {}): Promise<StoredObject> {
    const { file, info, whole } = await this.#open(key, options.signal);
    let body: AsyncIterable<Uint8Array> | undefined;
    try {
      const span = clipRange(key, options.range, info.size);
      if (whole === undefined) body = fileBody(key, file, span, options.signal);
      return { ...info, body: body ?? bytesBody(whole!.subarray(span.start, span.end)) };
    } finally {
      if (body === undefined) await file.close();
    }
  }

  async put(key: string, body: PutBody, options: PutOptions): Promise<PutResult> {
    const paths = this.#paths(key);
    assertPutOptions(key, options);
    this.#refuseReadOnly(key);
    try {
      options.signal?.throwIfAborted();
      return await publishObject({
        root: this.root,
        key,
        paths,
        body,
        options,
        canLink: this.capabilities.conditionalCreate,
      });
    } catch (error) {
      throw writeError(error, key);
    }
  }

  async head(key: string, options: CallOptions = {}): Promise<ObjectInfo> {
    const { file, info } = await this.#open(key, options.signal);
    await file.close();
    return info;
  }

  async *list(prefix: string, options: ListOptions = {}): AsyncGenerator<ListedObject> {
    assertPrefix(prefix);
    options.signal?.throwIfAborted();
    const base = prefix.slice(0, prefix.lastIndexOf('/') + 1);
    if (base.split('/').some(isReserved)) return;
    let found = false;
    try {
      for await (const object of walk(
        path.join(this.root, base),
        base,
        prefix,
        options.startAfter,
      )) {
        found = true;
        yield object;
        options.signal?.throwIfAborted();
      }
      if (!found) await this.#demandRoot(prefix);
    } catch (error) {
      throw readError(error, prefix);
    }
  }

  async deleteMany(keys: readonly string[], options: CallOptions = {}): Promise<void> {
    this.#refuseReadOnly(keys[0] ?? '');
    await this.#demandRoot(keys[0] ?? '');
    const doomed = keys.map((key) => ({ key, paths: this.#paths(key) }));
    await deleteObjects(this.root, doomed, options.signal);
  }

  async #open(key: string, signal: AbortSignal | undefined): Promise<OpenObject> {
    try {
      return await openObject(this.#paths(key), key, signal);
    } catch (error) {
      if (isStoreError(error, 'NotFound')) await this.#demandRoot(key);
      throw error;
    }
  }

  /**
   * Nothing is absent where the whole store is: a volume that is not mounted leaves no folder, or an empty one, and must
   * not be taken for an empty store. The folder for temporary files is there since the store was opened; a reader has made
   * none, and takes the folder as it is.
   */
  async #demandRoot(key: string): Promise<void> {
    const sign = this.readOnly ? this.root : path.join(this.root, TEMP_FOLDER);
    const there = await isThere(sign).catch((error: unknown) => {
      throw readError(error, key);
    });
    if (there) return;
    if (this.readOnly) {
      throw new StoreError('Unavailable', key, 'the folder of the store is not there');
    }
    throw new StoreError(
      'Unavailable',
      key,
      `the folder of the store is gone, or its ${TEMP_FOLDER} is: is the volume mounted?`,
    );
  }

  #refuseReadOnly(key: string): void {
    if (this.readOnly) throw new StoreError('Rejected', key, 'the store was opened for reading');
  }

  #paths(key: string) {
    assertKey(key);
    return objectPaths(this.root, key);
  }
}
