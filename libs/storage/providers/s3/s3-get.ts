import { type Readable } from 'node:stream';
import { clipRange } from '../../byte-range';
import {
  type ByteRange,
  type CallOptions,
  type GetOptions,
  type ObjectInfo,
  type StoredObject,
} from '../../object-store';
import { isStoreError, StoreError } from '../../store-error';
import { s3Body } from './s3-body';
import { rawS3Call, s3Call } from './s3-call';
import { type S3Bucket } from './s3-client';
import { hasStatus, s3Error } from './s3-errors';
import { objectInfo } from './s3-metadata';

const LOOKS_MAX = 5;

export async function getObject(
  bucket: S3Bucket,
  key: string,
  { range, signal }: GetOptions,
): Promise<StoredObject> {
  if (range === undefined) return getWhole(bucket, key, signal);
  // Refuses what is no range, before anything is asked.
  clipRange(key, range, Number.MAX_SAFE_INTEGER);
  for (let look = 0; look < LOOKS_MAX; look++) {
    const part = range.length === 0 ? undefined : await getPart(bucket, key, range, signal);
    if (part !== undefined) return part;
    const info = await headObject(bucket, key, { signal });
    if (range.length === 0 || info.size <= range.offset) return { ...info, body: nothing() };
    // It grew between the two looks.
  }
  throw new StoreError('Unavailable', key, 'the object keeps changing');
}

async function getWhole(
  { client, sdk, name }: S3Bucket,
  key: string,
  signal: AbortSignal | undefined,
): Promise<StoredObject> {
  const answer = await s3Call(key, signal, (options) =>
    client.send(new sdk.GetObjectCommand({ Bucket: name, Key: key }), options),
  );
  const body = answer.Body as Readable;
  return opened(body, () => {
    const info = objectInfo(key, answer.ContentLength, answer);
    return { ...info, body: s3Body(key, body, info.size, signal) };
  });
}

/** Undefined where the range begins at or behind the end. */
async function getPart(
  { client, sdk, name }: S3Bucket,
  key: string,
  range: ByteRange,
  signal: AbortSignal | undefined,
): Promise<StoredObject | undefined> {
  const command = new sdk.GetObjectCommand({ Bucket: name, Key: key, Range: rangeHeader(range) });
  try {
    const answer = await rawS3Call(signal, (options) => client.send(command, options));
    const body = answer.Body as Readable;
    return opened(body, () => {
      const size = wholeSize(key, range, answer.ContentRange, answer.ContentLength);
      const { start, end } = clipRange(key, range, size);
      const info = objectInfo(key, size, answer);
      return { ...info, body: s3Body(key, body, end - start, signal) };
    });
  } catch (error) {
    signal?.throwIfAborted();
    if (hasStatus(error, 416)) return undefined;
    throw s3Error(error, key);
  }
}

function rangeHeader({ offset, length }: ByteRange): string {
  const last = length === undefined ? '' : Math.min(offset + length - 1, Number.MAX_SAFE_INTEGER);
  return `bytes=${offset}-${last}`;
}

/** The size of the whole object, once it is sure that the answer holds the part that was asked for. */
function wholeSize(
  key: string,
  range: ByteRange,
  contentRange: string | undefined,
  contentLength: number | undefined,
): number {
  const [, from, to, whole] = /^bytes (\d+)-(\d+)\/(\d+)$/.exec(contentRange ?? '') ?? [];
  const [start, end, size] =
    contentRange === undefined
      ? [0, contentLength ?? -1, contentLength ?? -1]
      : [Number(from), Number(to) + 1, Number(whole)];
  const wanted = size >= 0 ? clipRange(key, range, size) : undefined;
  if (wanted === undefined || wanted.start !== start || wanted.end !== end) {
    throw new StoreError('Rejected', key, 'the store answered another range than it was asked for');
  }
  return size;
}

/** The answer made of a body, which is closed where none can be made. */
function opened(body: Readable, make: () => StoredObject): StoredObject {
  try {
    return make();
  } catch (error) {
    body.on('error', () => undefined).destroy();
    throw error;
  }
}

async function* nothing(): AsyncGenerator<Uint8Array> {}

export async function headObject(
  bucket: S3Bucket,
  key: string,
  { signal }: CallOptions,
): Promise<ObjectInfo> {
  const { client, sdk, name } = bucket;
  try {
    const answer = await s3Call(key, signal, (options) =>
      client.send(new sdk.HeadObjectCommand({ Bucket: name, Key: key }), options),
    );
    return objectInfo(key, answer.ContentLength, answer);
  } catch (error) {
    if (isStoreError(error, 'NotFound')) await assertBucket(bucket, key, signal);
    throw error;
  }
}

/** A HEAD has no text, so that a missing object cannot be told from a missing bucket; that must not look like an empty one. */
async function assertBucket(
  { client, sdk, name }: S3Bucket,
  key: string,
  signal: AbortSignal | undefined,
): Promise<void> {
  try {
    await s3Call(key, signal, (options) =>
      client.send(new sdk.HeadBucketCommand({ Bucket: name }), options),
    );
  } catch (error) {
    // Not allowed to ask: then it is there.
    if (isStoreError(error, 'PermissionDenied')) return;
    if (!isStoreError(error, 'NotFound')) throw error;
    throw new StoreError('Rejected', key, 'the bucket does not exist', { cause: error });
  }
}
