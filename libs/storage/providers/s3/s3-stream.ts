import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { type PutObjectCommand } from '@aws-sdk/client-s3';
import { type PutBody } from '../../object-store';
import { bodyChunks } from '../../put-body';
import { type S3Bucket } from './s3-client';

const READ_AHEAD_BYTES = 1 << 20;

/**
 * SHA-256 of a body, read once for it before it is sent. Not every service refuses an upload whose connection breaks
 * (versitygw 1.8 stores what has come); none stores bytes that are not those of a signed hash. It also shows a source of
 * the wrong length before anything is sent.
 */
export async function payloadHash(
  key: string,
  body: PutBody,
  signal: AbortSignal | undefined,
): Promise<Buffer> {
  const hash = createHash('sha256');
  for await (const chunk of bodyChunks(key, body, signal)) hash.update(chunk);
  return hash.digest();
}

/** Makes the hash a part of the signed request; the SDK would sign a stream as "unsigned payload". */
export function signPayload(bucket: S3Bucket, command: PutObjectCommand, hash: Buffer): void {
  // Kept with the object; and the SDK adds no checksum of its own behind the stream, in a framing not all understand.
  if (!bucket.plainChecksums) command.input.ChecksumSHA256 = hash.toString('base64');
  command.middlewareStack.add(
    (next) => (args) => {
      const { headers } = args.request as { headers: Record<string, string> };
      headers['x-amz-content-sha256'] = hash.toString('hex');
      return next(args);
    },
    { step: 'build', name: 'payloadHash' },
  );
}

/** Sends a body as a stream: a source that breaks ends the request with its reason, a request that fails the source. */
export async function withStream<T>(
  key: string,
  body: PutBody,
  signal: AbortSignal | undefined,
  send: (source: Readable, signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const stop = new AbortController();
  const either = signal === undefined ? stop.signal : AbortSignal.any([signal, stop.signal]);
  const chunks = withoutError(bodyChunks(key, body, either), (error) => stop.abort(error));
  const source = Readable.from(chunks, { objectMode: false, highWaterMark: READ_AHEAD_BYTES });
  try {
    return await send(source, either);
  } catch (error) {
    stop.abort(error);
    throw error;
  } finally {
    source.destroy();
  }
}

/** Stands still where it would throw: nobody in the SDK listens to the error of a stream, which would end the process. */
async function* withoutError(
  chunks: AsyncIterable<Uint8Array>,
  broke: (error: unknown) => void,
): AsyncGenerator<Uint8Array> {
  try {
    yield* chunks;
  } catch (error) {
    broke(error);
    await new Promise<never>(() => undefined);
  }
}
