import { Buffer } from 'node:buffer';
import { type PutBody } from '../../object-store';
import { bodyChunks } from '../../put-body';
import { StoreError } from '../../store-error';
import { s3Call } from './s3-call';
import { type S3Bucket } from './s3-client';
import { tagOf, type Upload } from './s3-upload';

const MIB = 1 << 20;
const PART_MIN = 8 * MIB;
const PARTS_MAX = 10_000;
/** Parts under way together; with the one being filled they bound the memory, to 40 MiB below 80 GB. */
const LANES = 4;
/** 5 TiB. */
const SIZE_MAX = 5 * 1024 * 1024 * MIB;
const CLEAN_UP_MS = 10_000;

interface Part {
  readonly PartNumber: number;
  readonly ETag: string;
}

/**
 * Replaces an object in parts, seen whole only when the last request is done. Where it fails, nothing goes on behind the
 * caller's back: parts under way are ended, and those that are stored are given up, as they would be paid for.
 */
export async function putInParts(bucket: S3Bucket, body: PutBody, upload: Upload): Promise<string> {
  const { key, size, signal } = upload;
  if (size > SIZE_MAX) throw new StoreError('Rejected', key, `${size} bytes (5 TiB fit)`);
  const id = await begin(bucket, upload);
  const stop = new AbortController();
  const either = signal === undefined ? stop.signal : AbortSignal.any([signal, stop.signal]);
  try {
    const partSize = Math.max(PART_MIN, Math.ceil(size / PARTS_MAX));
    const parts = partsOf(bodyChunks(key, body, either), partSize);
    const sent = await inLanes(parts, stop, (bytes, number) =>
      sendPart(bucket, upload, id, bytes, number, either),
    );
    return await complete(bucket, upload, id, sent);
  } catch (error) {
    await giveUp(bucket, key, id);
    throw error;
  }
}

async function begin(
  { client, sdk, name }: S3Bucket,
  { key, metadata, signal }: Upload,
): Promise<string> {
  const command = new sdk.CreateMultipartUploadCommand({
    Bucket: name,
    Key: key,
    ContentType: 'application/octet-stream',
    Metadata: metadata,
  });
  const { UploadId } = await s3Call(key, signal, (options) => client.send(command, options));
  if (UploadId === undefined) throw new StoreError('Unavailable', key, 'the store named no upload');
  return UploadId;
}

/** Sends parts as they come, so many together; the first failure ends all, and is thrown when all have ended. */
async function inLanes(
  parts: AsyncGenerator<Uint8Array>,
  stop: AbortController,
  sendOne: (bytes: Uint8Array, number: number) => Promise<Part>,
): Promise<Part[]> {
  const sent: Part[] = [];
  let number = 0;
  const lane = async () => {
    try {
      // A generator serves its callers one after the other.
      for (let next = await parts.next(); !next.done; next = await parts.next()) {
        sent.push(await sendOne(next.value, ++number));
      }
    } catch (error) {
      stop.abort(error);
      throw error;
    }
  };
  const lanes = await Promise.allSettled(Array.from({ length: LANES }, lane));
  if (stop.signal.aborted) throw stop.signal.reason;
  const failed = lanes.find((each) => each.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
  return sent.sort((a, b) => a.PartNumber - b.PartNumber);
}

async function sendPart(
  { client, sdk, name }: S3Bucket,
  { key }: Upload,
  id: string,
  bytes: Uint8Array,
  number: number,
  signal: AbortSignal,
): Promise<Part> {
  const command = new sdk.UploadPartCommand({
    Bucket: name,
    Key: key,
    UploadId: id,
    PartNumber: number,
    Body: bytes,
  });
  const { ETag } = await s3Call(key, signal, (options) => client.send(command, options));
  return { PartNumber: number, ETag: tagOf(key, ETag) };
}

async function complete(
  { client, sdk, name }: S3Bucket,
  { key, signal }: Upload,
  id: string,
  parts: Part[],
): Promise<string> {
  const command = new sdk.CompleteMultipartUploadCommand({
    Bucket: name,
    Key: key,
    UploadId: id,
    MultipartUpload: { Parts: parts },
  });
  const { ETag } = await s3Call(key, signal, (options) => client.send(command, options));
  return tagOf(key, ETag);
}

async function giveUp({ client, sdk, name }: S3Bucket, key: string, id: string): Promise<void> {
  const command = new sdk.AbortMultipartUploadCommand({ Bucket: name, Key: key, UploadId: id });
  // Where this fails too, a lifecycle rule of the bucket is what removes the parts.
  await s3Call(key, AbortSignal.timeout(CLEAN_UP_MS), (options) =>
    client.send(command, options),
  ).catch(() => undefined);
}

/** Cuts a stream into parts of exactly `partSize` bytes; the last one may be shorter. */
async function* partsOf(
  chunks: AsyncIterable<Uint8Array>,
  partSize: number,
): AsyncGenerator<Uint8Array> {
  let part = Buffer.allocUnsafe(partSize);
  let filled = 0;
  for await (const chunk of chunks) {
    for (let at = 0; at < chunk.byteLength;) {
      const piece = chunk.subarray(at, at + partSize - filled);
      part.set(piece, filled);
      filled += piece.byteLength;
      at += piece.byteLength;
      if (filled < partSize) continue;
      yield part;
      part = Buffer.allocUnsafe(partSize);
      filled = 0;
    }
  }
  if (filled > 0) yield part.subarray(0, filled);
}
