import { createHash } from 'node:crypto';
import { type FileHandle } from 'node:fs/promises';
import { StoreError } from '../../store-error';

/** Up to here the tag is the hash of all bytes. */
export const WHOLE_BYTES_MAX = 64 * 1024;
/** Bytes hashed at either end of a longer object. */
const EDGE_BYTES = 4096;

/** One version of an object, as its open file shows it. */
export interface Version {
  readonly size: number;
  /** ms since 1970. */
  readonly time: number;
  readonly tag: string;
  /** All bytes, where they are few. */
  readonly whole: Buffer | undefined;
}

/**
 * Names the version behind an open file, the same for whoever looks at it and however often.
 *
 * Short objects (everything that is changed by compare-and-swap but backups) are named by the SHA-256 of their bytes, as
 * on S3: the same bytes have the same tag. Reading a long one twice would double the cost of a restore, so it is named
 * by size, both ends and the moment of the write to the microsecond, whose last digits are random (`stampFile`). A copy
 * of the folder keeps all tags if it keeps the files' times.
 */
export async function readVersion(key: string, file: FileHandle): Promise<Version> {
  const stat = await file.stat({ bigint: true });
  if (!stat.isFile()) throw Object.assign(new Error('no file, but a folder'), { code: 'EISDIR' });
  const size = Number(stat.size);
  const time = roundedMs(stat.mtimeNs);
  if (size <= WHOLE_BYTES_MAX) {
    const whole = await readExactly(key, file, 0, size);
    return { size, time, tag: contentTag(whole), whole };
  }
  const [head, tail] = await Promise.all([
    readExactly(key, file, 0, EDGE_BYTES),
    readExactly(key, file, size - EDGE_BYTES, EDGE_BYTES),
  ]);
  const hash = createHash('sha256')
    .update(`${size} ${stat.mtimeNs / 1000n} `)
    .update(head)
    .update(tail);
  return { size, time, tag: `stamp-${hash.digest('hex')}`, whole: undefined };
}

/** Tag of a short object. */
export function contentTag(bytes: Uint8Array): string {
  return `sha256-${createHash('sha256').update(bytes).digest('hex')}`;
}

/**
 * Nearest ms: whoever wrote the time as a floating point number of seconds may have landed a fraction below the ms meant.
 */
export function roundedMs(ns: bigint): number {
  return Number((ns + 500_000n) / 1_000_000n);
}

/** Reads `length` bytes; `Unavailable` where the file ends before. */
export async function readExactly(
  key: string,
  file: FileHandle,
  position: number,
  length: number,
): Promise<Buffer> {
  const buffer = Buffer.allocUnsafeSlow(length);
  let filled = 0;
  while (filled < length) {
    const { bytesRead } = await file.read(buffer, filled, length - filled, position + filled);
    if (bytesRead === 0) {
      throw new StoreError('Unavailable', key, `the file ends at ${position + filled}`);
    }
    filled += bytesRead;
  }
  return buffer;
}
