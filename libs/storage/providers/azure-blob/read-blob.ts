import type { BlobDownloadResponseParsed, BlockBlobClient } from '@azure/storage-blob';
import { clipRange } from '../../byte-range';
import {
  type ByteRange,
  type GetOptions,
  type ObjectInfo,
  type StoredObject,
} from '../../object-store';
import { StoreError } from '../../store-error';
import { azureError, errorCode, statusOf } from './azure-errors';
import { azureCall } from './azure-call';
import { blobBody, noBody } from './blob-body';
import { blobTime, fromBlobMetadata, isFolder } from './blob-metadata';

/** Looks at an object that changes between two requests. */
const LOOKS_MAX = 5;

/** Reads a blob, or a part of it. */
export async function getBlob(
  blob: BlockBlobClient,
  key: string,
  options: GetOptions,
): Promise<StoredObject> {
  const { range, signal } = options;
  clipRange(key, range, Number.MAX_SAFE_INTEGER);
  if (range?.length === 0) return { ...(await headBlob(blob, key, signal)), body: noBody() };
  for (let look = 0; look < LOOKS_MAX; look++) {
    const found = await download(blob, key, range, signal);
    if (found !== undefined) return found;
    // The range begins behind the end. There is no telling an empty part from that but by the size.
    const info = await headBlob(blob, key, signal);
    if (range!.offset >= info.size) return { ...info, body: noBody() };
  }
  throw new StoreError('Unavailable', key, 'the object keeps changing');
}

/** Undefined where the range begins at or behind the end. */
async function download(
  blob: BlockBlobClient,
  key: string,
  range: ByteRange | undefined,
  signal: AbortSignal | undefined,
): Promise<StoredObject | undefined> {
  signal?.throwIfAborted();
  const call = new AbortController();
  const follow = () => call.abort();
  signal?.addEventListener('abort', follow, { once: true });
  const done = () => signal?.removeEventListener('abort', follow);
  try {
    const answer = await blob.download(range?.offset ?? 0, range?.length, {
      abortSignal: call.signal,
      maxRetryRequests: 0,
    });
    const info = infoOf(key, answer, sizeOf(key, answer));
    return { ...info, body: blobBody(key, answer, signal, done) };
  } catch (error) {
    done();
    if (range !== undefined && statusOf(error) === 416 && !signal?.aborted) return undefined;
    throw azureError(key, error, signal);
  }
}

/** What is known of a blob without its bytes. */
export async function headBlob(
  blob: BlockBlobClient,
  key: string,
  signal: AbortSignal | undefined,
): Promise<ObjectInfo> {
  return azureCall(key, signal, async ({ signal: abortSignal }) => {
    try {
      const answer = await blob.getProperties({ abortSignal });
      return infoOf(key, answer, answer.contentLength ?? 0);
    } catch (error) {
      if (statusOf(error) === 404 && errorCode(error) === undefined) {
        await sayWhatIsMissing(blob, abortSignal);
      }
      throw error;
    }
  });
}

/**
 * A HEAD has no body, and some servers say in a body alone whether the object is missing or its whole container. The two
 * must not be mixed up, so a GET asks again. Rejects with its error; resolves where the object has come.
 */
async function sayWhatIsMissing(blob: BlockBlobClient, abortSignal: AbortSignal): Promise<void> {
  const { readableStreamBody } = await blob.download(0, 1, { abortSignal, maxRetryRequests: 0 });
  (readableStreamBody as { destroy?(): void } | undefined)?.destroy?.();
}

type Answer = Pick<BlobDownloadResponseParsed, 'etag' | 'lastModified' | 'metadata'>;

function infoOf(key: string, answer: Answer, size: number): ObjectInfo {
  const { etag, lastModified, metadata } = answer;
  if (isFolder(metadata)) throw new StoreError('NotFound', key, 'a folder, no object');
  const written = lastModified?.getTime();
  const time = blobTime(metadata) ?? written;
  if (etag === undefined || written === undefined || time === undefined) {
    throw new StoreError('Unavailable', key, 'an answer without tag or time');
  }
  return { key, size, tag: etag, time, written, metadata: fromBlobMetadata(metadata) };
}

/** Of the whole object: the part says it in Content-Range. */
function sizeOf(key: string, { contentRange, contentLength }: BlobDownloadResponseParsed): number {
  const size = contentRange === undefined ? contentLength : Number(contentRange.split('/')[1]);
  if (size !== undefined && Number.isSafeInteger(size)) return size;
  throw new StoreError('Unavailable', key, 'an answer that does not say how long the object is');
}
