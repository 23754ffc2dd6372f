import { PersistenceError } from '../../../errors';
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
import { StoreError } from '../../store-error';
import { rawS3Call } from './s3-call';
import { connectBucket, type S3Bucket } from './s3-client';
import { deleteObjects } from './s3-delete';
import { hasCode, hasStatus, s3Error } from './s3-errors';
import { getObject, headObject } from './s3-get';
import { listObjects } from './s3-list';
import { type S3StoreOptions } from './s3-options';
import { putObject } from './s3-put';

/** Time for the first request; no wrapper is around it yet. */
const OPEN_MS = 20_000;

/**
 * Objects in a bucket of Amazon S3 or a compatible service.
 *
 * - The key is the object's name. `time` is kept in its metadata as `litestream-timestamp`; a listing does not tell it.
 * - Every call is one try, without a deadline of its own: put `withDeadline` and `withRetry` around it.
 * - `create` and `ifMatch` are one request each, up to 5 GiB, decided by the service. Not every compatible service does
 *   what it says there: have it proved before you trust it.
 * - `overwrite` above 16 MiB goes in parts, in at most 40 MiB of memory.
 */
export class S3Store implements ObjectStore {
  readonly capabilities: StoreCapabilities;
  readonly #bucket: S3Bucket;

  private constructor(bucket: unknown) {
    this.#bucket = bucket as S3Bucket;
    // Directory buckets (S3 Express) list in an order of their own.
    const ordered = !this.#bucket.name.endsWith('--x-s3');
    this.capabilities = {
      conditionalCreate: true,
      compareAndSwap: true,
      orderedList: ordered,
      listAfter: ordered,
    };
  }

  /**
   * Loads the SDK and sees whether the bucket can be listed.
   *
   * Rejects with a `PersistenceError` (`PACKAGE_MISSING`, `OPTION_INVALID`, `STORE_SETTINGS_INCOMPLETE`,
   * `STORE_BUCKET_MISSING`), or with a `StoreError`: `Unauthenticated`, `PermissionDenied`, `Unavailable`, `Timeout`.
   */
  static async open(options: S3StoreOptions): Promise<S3Store> {
    const bucket = await connectBucket(options);
    await assertListable(bucket);
    return new S3Store(bucket);
  }

  async get(key: string, options: GetOptions = {}): Promise<StoredObject> {
    assertKey(key);
    return getObject(this.#bucket, key, options);
  }

  async put(key: string, body: PutBody, options: PutOptions): Promise<PutResult> {
    assertKey(key);
    return putObject(this.#bucket, key, body, options);
  }

  async head(key: string, options: CallOptions = {}): Promise<ObjectInfo> {
    assertKey(key);
    return headObject(this.#bucket, key, options);
  }

  async *list(prefix: string, options: ListOptions = {}): AsyncGenerator<ListedObject> {
    assertPrefix(prefix);
    yield* listObjects(this.#bucket, prefix, options, this.capabilities.listAfter);
  }

  async deleteMany(keys: readonly string[], options: CallOptions = {}): Promise<void> {
    keys.forEach(assertKey);
    options.signal?.throwIfAborted();
    await deleteObjects(this.#bucket, keys, options.signal);
  }
}

async function assertListable({ client, sdk, name }: S3Bucket): Promise<void> {
  const late = new StoreError('Timeout', name, `no answer within ${OPEN_MS / 1000} s`);
  const timer = new AbortController();
  const timeout = setTimeout(() => timer.abort(late), OPEN_MS);
  try {
    const command = new sdk.ListObjectsV2Command({ Bucket: name, MaxKeys: 1 });
    await rawS3Call(timer.signal, (options) => client.send(command, options));
  } catch (error) {
    if (hasCode(error, 'NoSuchBucket') || hasStatus(error, 404)) {
      throw new PersistenceError('STORE_BUCKET_MISSING', `The bucket ${name} does not exist.`, {
        cause: s3Error(error, name),
      });
    }
    throw s3Error(error, name);
  } finally {
    clearTimeout(timeout);
  }
}
