import { type PutObjectCommand } from '@aws-sdk/client-s3';
import { type PutBody, type PutMode, type PutOptions, type PutResult } from '../../object-store';
import { bodyChunks, bodySize } from '../../put-body';
import { StoreError } from '../../store-error';
import { rawS3Call } from './s3-call';
import { type S3Bucket } from './s3-client';
import { hasCode, hasStatus, s3Error } from './s3-errors';
import { sentMetadata } from './s3-metadata';
import { putInParts } from './s3-parts';
import { payloadHash, signPayload, withStream } from './s3-stream';
import { tagOf, type Upload } from './s3-upload';

const MIB = 1 << 20;
/** Below it a body is sent from memory: no stream to set up, and its source is read once. */
const BUFFERED_MAX = MIB;
/** Above it an unconditional put goes in parts. */
const SINGLE_MAX = 16 * MIB;
/** What the service takes in one request: 5 GiB. */
const CONDITIONAL_MAX = 5 * 1024 * MIB;

/**
 * Only a single request decides: what depends on a condition goes in one, up to 5 GiB. Several services let every
 * completer of an upload in parts win, so those are unconditional.
 */
export async function putObject(
  bucket: S3Bucket,
  key: string,
  body: PutBody,
  options: PutOptions,
): Promise<PutResult> {
  const { mode, signal } = options;
  const upload = { key, size: bodySize(key, body), metadata: sentMetadata(key, options), signal };
  if (mode === 'overwrite' && upload.size > SINGLE_MAX) {
    return { tag: await putInParts(bucket, body, upload) };
  }
  if (upload.size > CONDITIONAL_MAX) {
    throw new StoreError('Rejected', key, `${upload.size} bytes in one request (5 GiB fit)`);
  }
  return { tag: await putWhole(bucket, body, upload, mode) };
}

function condition(
  { bareIfMatch }: S3Bucket,
  mode: PutMode,
): { readonly IfNoneMatch?: string; readonly IfMatch?: string } {
  if (mode === 'overwrite') return {};
  if (mode === 'create') return { IfNoneMatch: '*' };
  return { IfMatch: bareIfMatch ? mode.ifMatch.replaceAll('"', '') : mode.ifMatch };
}

async function putWhole(
  bucket: S3Bucket,
  body: PutBody,
  upload: Upload,
  mode: PutMode,
): Promise<string> {
  const { key, size, signal } = upload;
  const command = putCommand(bucket, upload, mode);
  if (body instanceof Uint8Array || size <= BUFFERED_MAX) {
    command.input.Body = body instanceof Uint8Array ? body : await collect(key, body, size, signal);
    return send(bucket, key, mode, command, signal);
  }
  signPayload(bucket, command, await payloadHash(key, body, signal));
  return withStream(key, body, signal, (source, either) => {
    command.input.Body = source;
    return send(bucket, key, mode, command, either);
  });
}

function putCommand(
  bucket: S3Bucket,
  { key, size, metadata }: Upload,
  mode: PutMode,
): PutObjectCommand {
  return new bucket.sdk.PutObjectCommand({
    Bucket: bucket.name,
    Key: key,
    ContentLength: size,
    ContentType: 'application/octet-stream',
    Metadata: metadata,
    ...condition(bucket, mode),
  });
}

async function send(
  { client }: S3Bucket,
  key: string,
  mode: PutMode,
  command: PutObjectCommand,
  signal: AbortSignal | undefined,
): Promise<string> {
  try {
    const { ETag } = await rawS3Call(signal, (options) => client.send(command, options));
    return tagOf(key, ETag);
  } catch (error) {
    signal?.throwIfAborted();
    throw putError(error, key, mode);
  }
}

async function collect(
  key: string,
  body: PutBody,
  size: number,
  signal: AbortSignal | undefined,
): Promise<Uint8Array> {
  const bytes = new Uint8Array(size);
  let at = 0;
  for await (const chunk of bodyChunks(key, body, signal)) {
    bytes.set(chunk, at);
    at += chunk.byteLength;
  }
  return bytes;
}

function putError(error: unknown, key: string, mode: PutMode): StoreError {
  if (mode === 'create' && hasStatus(error, 412)) {
    return new StoreError('AlreadyExists', key, 'the object exists');
  }
  const absent = hasStatus(error, 404) && !hasCode(error, 'NoSuchBucket');
  if (typeof mode === 'object' && (absent || hasStatus(error, 412))) {
    const what = absent ? 'the object is absent' : 'the object has another tag';
    return new StoreError('PreconditionFailed', key, what);
  }
  return s3Error(error, key);
}
