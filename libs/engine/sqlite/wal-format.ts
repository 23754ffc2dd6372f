import type { WalPosition } from '../database-engine';

// The write-ahead log as SQLite documents it in "Database File Format", section 4 (The Write-Ahead Log):
// a header of 32 bytes, then frames of 24 bytes and a page each. All numbers are big-endian; the words under the
// checksum are in the byte order that the header's magic names.

export const WAL_HEADER_SIZE = 32;
export const FRAME_HEADER_SIZE = 24;

const MAGIC_LITTLE_ENDIAN = 0x377f0682;
const MAGIC_BIG_ENDIAN = 0x377f0683;
const WAL_VERSION = 3007000;

export interface WalHeader {
  readonly bigEndian: boolean;
  readonly pageSize: number;
  readonly salt1: number;
  readonly salt2: number;
  /** Cumulative checksum behind the header, two signed 32-bit words. */
  readonly s0: number;
  readonly s1: number;
}

/** A place in one generation of the log, in the form the reader computes with. */
export interface WalCursor {
  readonly salt1: number;
  readonly salt2: number;
  readonly offset: number;
  readonly s0: number;
  readonly s1: number;
}

/** Null where the bytes are no header that SQLite itself would accept. */
export function parseWalHeader(bytes: Buffer): WalHeader | null {
  const magic = bytes.readUInt32BE(0);
  if (magic !== MAGIC_LITTLE_ENDIAN && magic !== MAGIC_BIG_ENDIAN) return null;
  if (bytes.readUInt32BE(4) !== WAL_VERSION) return null;
  const bigEndian = magic === MAGIC_BIG_ENDIAN;
  let s0 = 0;
  let s1 = 0;
  for (let at = 0; at < 24; at += 8) {
    s0 = (s0 + word(bytes, at, bigEndian) + s1) | 0;
    s1 = (s1 + word(bytes, at + 4, bigEndian) + s0) | 0;
  }
  if (s0 !== bytes.readInt32BE(24) || s1 !== bytes.readInt32BE(28)) return null;
  const pageSize = bytes.readUInt32BE(8);
  if (pageSize < 512 || pageSize > 65_536 || (pageSize & (pageSize - 1)) !== 0) return null;
  return {
    bigEndian,
    pageSize,
    salt1: bytes.readUInt32BE(16),
    salt2: bytes.readUInt32BE(20),
    s0,
    s1,
  };
}

function word(bytes: Buffer, at: number, bigEndian: boolean): number {
  return bigEndian ? bytes.readInt32BE(at) : bytes.readInt32LE(at);
}

/** The place right behind the header. */
export function walStart(header: WalHeader): WalCursor {
  const { salt1, salt2, s0, s1 } = header;
  return { salt1, salt2, s0, s1, offset: WAL_HEADER_SIZE };
}

export function toPosition({ salt1, salt2, offset, s0, s1 }: WalCursor): WalPosition {
  return { salt1, salt2, offset, checksum: hex(s0) + hex(s1) };
}

export function samePlace(cursor: WalCursor, position: WalPosition): boolean {
  const own = toPosition(cursor);
  return (
    own.salt1 === position.salt1 &&
    own.salt2 === position.salt2 &&
    own.offset === position.offset &&
    own.checksum === position.checksum
  );
}

const hex = (word32: number): string => (word32 >>> 0).toString(16).padStart(8, '0');

/**
 * Carries the cumulative checksum over one frame (its first 8 header bytes, then its page) and tells whether the frame
 * says the same. `sums` is updated in place: two signed 32-bit words.
 */
export function addFrame(
  sums: Int32Array,
  chunk: Buffer,
  words: Int32Array,
  at: number,
  pageSize: number,
  bigEndian: boolean,
): boolean {
  if (bigEndian) {
    addSwapped(sums, chunk, at, at + 8);
    addSwapped(sums, chunk, at + FRAME_HEADER_SIZE, at + FRAME_HEADER_SIZE + pageSize);
  } else {
    addNative(sums, words, at >> 2, (at >> 2) + 2);
    const page = (at + FRAME_HEADER_SIZE) >> 2;
    addNative(sums, words, page, page + (pageSize >> 2));
  }
  return chunk.readInt32BE(at + 16) === sums[0] && chunk.readInt32BE(at + 20) === sums[1];
}

/** Node runs on little-endian machines only, so little-endian words are read as they lie. */
function addNative(sums: Int32Array, words: Int32Array, from: number, to: number): void {
  let s0 = sums[0]!;
  let s1 = sums[1]!;
  for (let i = from; i < to; i += 2) {
    s0 = (s0 + words[i]! + s1) | 0;
    s1 = (s1 + words[i + 1]! + s0) | 0;
  }
  sums[0] = s0;
  sums[1] = s1;
}

function addSwapped(sums: Int32Array, chunk: Buffer, from: number, to: number): void {
  let s0 = sums[0]!;
  let s1 = sums[1]!;
  for (let at = from; at < to; at += 8) {
    s0 = (s0 + chunk.readInt32BE(at) + s1) | 0;
    s1 = (s1 + chunk.readInt32BE(at + 4) + s0) | 0;
  }
  sums[0] = s0;
  sums[1] = s1;
}
