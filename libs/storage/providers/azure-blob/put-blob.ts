import { Buffer } from 'node:buffer';
import { Readable } from 'node:stream';
import type { BlockBlobClient, BlockBlobUploadOptions } from '@azure/storage-blob';
import { type PutBody, type PutMode, type PutOptions, type PutResult } from '../../object-store';
import { bodySize } from '../../put-body';
import { StoreError } from '../../store-error';
import { azureCall } from './azure-call';
import { toBlobMetadata } from './blob-metadata';
import { exactBody } from './exact-body';

const MIB = 1 << 20;
/** The most that Put Blob takes in one request. */
const SINGLE_PUT_MAX = 5000 * MIB;
/** From here on an unconditional upload goes in blocks, side by side. */
const BLOCKS_FROM = 16 * MIB;
const BLOCK_MIN = 4 * MIB;
const BLOCKS_MAX = 50_000;
const PARALLEL = 4;

/**
 * Writes a blob. Conditions are decided by single requests alone: Put Blob is atomic, while the conditions of a block list
 * are looked at when it is committed, after all the bytes were sent for nothing.
 */
export async function putBlob(
  blob: BlockBlobClient,
  key: string,
  body: PutBody,
  options: PutOptions,
): Promise<PutResult> {
  const size = bodySize(key, body);
  const inBlocks = options.mode === 'overwrite' && size > BLOCKS_FROM;
  if (!inBlocks && size > SINGLE_PUT_MAX) {
    throw new StoreError('Rejected', key, `${size} bytes with a condition (${SINGLE_PUT_MAX} fit)`);
  }
  const headers: BlockBlobUploadOptions = {
    metadata: toBlobMetadata(key, options),
    blobHTTPHeaders: { blobContentType: 'application/octet-stream' },
    ...condition(options.mode),
  };
  try {
    const { etag } = await azureCall(key, options.signal, (call) => {
      const send = { ...headers, abortSignal: call.signal };
      if (inBlocks) return putBlocks(blob, key, body, size, send, call);
      return putSingle(blob, key, body, size, send, call);
    });
    return { tag: etag! };
  } catch (error) {
    throw refusal(key, options.mode, error);
  }
}

function condition(mode: PutMode): Pick<BlockBlobUploadOptions, 'conditions'> {
  if (mode === 'overwrite') return {};
  return { conditions: mode === 'create' ? { ifNoneMatch: '*' } : { ifMatch: mode.ifMatch } };
}

async function putSingle(
  blob: BlockBlobClient,
  key: string,
  body: PutBody,
  size: number,
  options: BlockBlobUploadOptions,
  call: AbortController,
) {
  if (body instanceof Uint8Array) {
    return blob.upload(Buffer.from(body.buffer, body.byteOffset, size), size, options);
  }
  if (size === 0) {
    // A request without a body is over before its source was looked at.
    for await (const chunk of exactBody(key, body, call.signal)) void chunk;
    return blob.upload(Buffer.alloc(0), 0, options);
  }
  return streamed(key, body, call, (stream) => blob.upload(() => stream, size, options));
}

async function putBlocks(
  blob: BlockBlobClient,
  key: string,
  body: PutBody,
  size: number,
  options: BlockBlobUploadOptions,
  call: AbortController,
) {
  const block = Math.max(BLOCK_MIN, Math.ceil(size / BLOCKS_MAX));
  return streamed(key, body, call, (stream) => blob.uploadStream(stream, block, PARALLEL, options));
}

/** Sends a body as a stream. Where its source fails the request is cut, and the source's error is what is thrown. */
async function streamed<T>(
  key: string,
  body: PutBody,
  call: AbortController,
  send: (stream: Readable) => Promise<T>,
): Promise<T> {
  const source: { failure?: unknown } = {};
  const stream = Readable.from(watched(exactBody(key, body, call.signal), source, call), {
    objectMode: false,
    highWaterMark: MIB,
  });
  // The SDK does not listen while it has not begun to send.
  stream.on('error', () => undefined);
  try {
    return await send(stream);
  } catch (error) {
    throw 'failure' in source ? source.failure : error;
  } finally {
    stream.destroy();
  }
}

async function* watched(
  chunks: AsyncIterable<Uint8Array>,
  source: { failure?: unknown },
  call: AbortController,
): AsyncGenerator<Uint8Array> {
  try {
    yield* chunks;
  } catch (error) {
    source.failure = error;
    call.abort();
    throw error;
  }
}

/** What an answer to a condition means for the mode of the put. */
function refusal(key: string, mode: PutMode, error: unknown): unknown {
  if (!(error instanceof StoreError)) return error;
  const { kind } = error;
  if (mode === 'create' && kind === 'PreconditionFailed') {
    return new StoreError('AlreadyExists', key, 'the object exists', { cause: error });
  }
  if (typeof mode === 'object' && (kind === 'NotFound' || kind === 'AlreadyExists')) {
    return new StoreError('PreconditionFailed', key, 'the object is absent', { cause: error });
  }
  return error;
}
