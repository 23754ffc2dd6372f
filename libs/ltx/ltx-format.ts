import { invalid } from './invalid';

/** Bytes of the header, the first of a file. */
export const LTX_HEADER_SIZE = 100;
/** Bytes of the trailer, the last of a file: post-apply checksum (8, zero) and file checksum (8). */
export const LTX_TRAILER_SIZE = 16;
/** Bytes before each page (number 4, flags 2), and of the six zeros behind the last one. */
export const PAGE_HEADER_SIZE = 6;
/** Bytes of the length before an LZ4 block. */
export const BLOCK_LENGTH_SIZE = 4;
/** Bytes of the length behind the page index. */
export const INDEX_LENGTH_SIZE = 8;

/** Page flags: the page is an LZ4 frame (Litestream up to 0.5.15). */
export const PAGE_FLAGS_FRAME = 0;
/** Page flags: the page is a length and an LZ4 block. What we write. */
export const PAGE_FLAGS_BLOCK = 1;

/** Largest page number of SQLite. */
export const MAX_PAGE_NUMBER = 0xfffffffe;

/**
 * The page that holds SQLite's lock bytes at 1 GiB. It is never stored, and zeros in a restored file.
 * Source: sqlite.org/fileformat2.html, "The Lock-Byte Page".
 */
export const lockPage = (pageSize: number): number => 0x40000000 / pageSize + 1;

const FILE_NAME = /^([0-9a-f]{16})-([0-9a-f]{16})\.ltx$/;
const hex16 = (value: number): string => value.toString(16).padStart(16, '0');

/** Name of the file that holds these TXIDs. */
export const ltxFileName = (minTxid: number, maxTxid: number): string =>
  `${hex16(minTxid)}-${hex16(maxTxid)}.ltx`;

/** Inverse of `ltxFileName`; null for a name that is none (also TXIDs that are zero, reversed or above 2^53 - 1). */
export function parseLtxFileName(name: string): { minTxid: number; maxTxid: number } | null {
  const match = FILE_NAME.exec(name);
  if (!match) return null;
  const [minTxid, maxTxid] = [parseInt(match[1]!, 16), parseInt(match[2]!, 16)];
  const sane = minTxid >= 1 && minTxid <= maxTxid && Number.isSafeInteger(maxTxid);
  return sane ? { minTxid, maxTxid } : null;
}

const TWO_TO_32 = 0x1_0000_0000;

export const isUint32 = (value: number): boolean =>
  Number.isInteger(value) && value >= 0 && value < TWO_TO_32;

export function writeUint64(target: Buffer, value: number, at: number): void {
  target.writeUInt32BE(Math.floor(value / TWO_TO_32), at);
  target.writeUInt32BE(value % TWO_TO_32, at + 4);
}

/** Reads 8 bytes, big-endian; refuses what a JavaScript number cannot hold. */
export function readUint64(source: Buffer, at: number, what: string): number {
  const value = source.readUInt32BE(at) * TWO_TO_32 + source.readUInt32BE(at + 4);
  if (!Number.isSafeInteger(value)) throw invalid(`the ${what} is beyond 2^53 - 1`);
  return value;
}

/** The same bytes as a Buffer, without a copy. */
export const asBuffer = (bytes: Uint8Array): Buffer =>
  Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
