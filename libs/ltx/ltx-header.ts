import {
  decodeEntryInfo,
  encodeEntryInfo,
  isHex16,
  ZERO_CHECKSUM,
  type EntryInfo,
} from './entry-info';
import { invalid } from './invalid';
import {
  asBuffer,
  isUint32,
  LTX_HEADER_SIZE,
  MAX_PAGE_NUMBER,
  readUint64,
  writeUint64,
} from './ltx-format';

/**
 * Header of an LTX v3 file, as far as it varies: flags are always 2 (no rolling checksum), the pre-apply checksum always
 * zero. Source: README of superfly/ltx.
 */
export interface LtxHeader {
  /** Bytes: a power of two from 512 to 65,536. */
  readonly pageSize: number;
  /** Size of the database behind this file, in pages; at least 1. */
  readonly commit: number;
  readonly minTxid: number;
  readonly maxTxid: number;
  /** Milliseconds since 1970. */
  readonly timestamp: number;
  /** Where in the WAL the frames came from: offset and size in bytes, and the salts. Offset 0: not told, and all four are 0. */
  readonly walOffset: number;
  readonly walSize: number;
  readonly salt1: number;
  readonly salt2: number;
  /** The process life that wrote the file: 16 hex digits, zeros in Litestream's. */
  readonly nodeId: string;
  /** Null in a file without reserved bytes (Litestream's). */
  readonly entry: EntryInfo | null;
}

const MAGIC = 'LTX1';
const FLAGS_NO_CHECKSUM = 2;
const WAL_HEADER_SIZE = 32;

/** Offsets of the fields. */
const AT = {
  flags: 4,
  pageSize: 8,
  commit: 12,
  minTxid: 16,
  maxTxid: 24,
  timestamp: 32,
  preApplyChecksum: 40,
  walOffset: 48,
  walSize: 56,
  salt1: 64,
  salt2: 68,
  nodeId: 72,
  entry: 80,
} as const;

export function isPageSize(value: number): boolean {
  return isUint32(value) && value >= 512 && value <= 65_536 && (value & (value - 1)) === 0;
}

/** Whether the file is a start point: it holds the whole database. */
export const isSnapshot = (header: LtxHeader): boolean => header.minTxid === 1;

const isCount = (value: number): boolean => Number.isSafeInteger(value) && value >= 0;

/** Throws `LTX_INVALID` unless every field holds what it may hold. */
function assertHeader(header: LtxHeader): void {
  const { pageSize, commit, minTxid, maxTxid, timestamp } = header;
  if (!isPageSize(pageSize)) throw invalid(`page size ${pageSize}`);
  if (!isUint32(commit) || commit < 1 || commit > MAX_PAGE_NUMBER) {
    throw invalid(`a database of ${commit} pages`);
  }
  if (!isCount(minTxid) || !isCount(maxTxid) || minTxid < 1 || minTxid > maxTxid) {
    throw invalid(`TXIDs ${minTxid} to ${maxTxid}`);
  }
  if (!isCount(timestamp)) throw invalid(`timestamp ${timestamp}`);
  if (!isHex16(header.nodeId)) throw invalid('the node id is not 16 hex digits');
  assertWalPosition(header);
}

function assertWalPosition({ walOffset, walSize, salt1, salt2 }: LtxHeader): void {
  const numbers = isCount(walOffset) && isCount(walSize) && isUint32(salt1) && isUint32(salt2);
  const absent = walOffset === 0 && walSize === 0 && salt1 === 0 && salt2 === 0;
  if (!numbers || (!absent && walOffset < WAL_HEADER_SIZE)) {
    throw invalid(`WAL offset ${walOffset}, size ${walSize}, salts ${salt1} and ${salt2}`);
  }
}

/** The 100 bytes of a header. Throws `LTX_INVALID` for values that no reader would take. */
export function encodeLtxHeader(header: LtxHeader): Buffer {
  assertHeader(header);
  const bytes = Buffer.alloc(LTX_HEADER_SIZE);
  bytes.write(MAGIC, 0, 'latin1');
  bytes.writeUInt32BE(FLAGS_NO_CHECKSUM, AT.flags);
  bytes.writeUInt32BE(header.pageSize, AT.pageSize);
  bytes.writeUInt32BE(header.commit, AT.commit);
  writeUint64(bytes, header.minTxid, AT.minTxid);
  writeUint64(bytes, header.maxTxid, AT.maxTxid);
  writeUint64(bytes, header.timestamp, AT.timestamp);
  writeUint64(bytes, header.walOffset, AT.walOffset);
  writeUint64(bytes, header.walSize, AT.walSize);
  bytes.writeUInt32BE(header.salt1, AT.salt1);
  bytes.writeUInt32BE(header.salt2, AT.salt2);
  bytes.write(header.nodeId, AT.nodeId, 'hex');
  if (header.entry) encodeEntryInfo(header.entry, bytes, AT.entry);
  return bytes;
}

/** Reads the first 100 bytes of a file. Throws `LTX_INVALID` for fewer bytes and for any field out of its bounds. */
export function decodeLtxHeader(source: Uint8Array): LtxHeader {
  const bytes = asBuffer(source);
  if (bytes.length < LTX_HEADER_SIZE) throw invalid(`a header of ${bytes.length} bytes`);
  if (bytes.toString('latin1', 0, MAGIC.length) !== MAGIC)
    throw invalid('it does not begin with LTX1');
  const flags = bytes.readUInt32BE(AT.flags);
  if (flags !== FLAGS_NO_CHECKSUM) throw invalid(`header flags ${flags}`);
  if (bytes.toString('hex', AT.preApplyChecksum, AT.walOffset) !== ZERO_CHECKSUM) {
    throw invalid('it carries a pre-apply checksum');
  }
  const header: LtxHeader = {
    pageSize: bytes.readUInt32BE(AT.pageSize),
    commit: bytes.readUInt32BE(AT.commit),
    minTxid: readUint64(bytes, AT.minTxid, 'first TXID'),
    maxTxid: readUint64(bytes, AT.maxTxid, 'last TXID'),
    timestamp: readUint64(bytes, AT.timestamp, 'timestamp'),
    walOffset: readUint64(bytes, AT.walOffset, 'WAL offset'),
    walSize: readUint64(bytes, AT.walSize, 'WAL size'),
    salt1: bytes.readUInt32BE(AT.salt1),
    salt2: bytes.readUInt32BE(AT.salt2),
    nodeId: bytes.toString('hex', AT.nodeId, AT.entry),
    entry: decodeEntryInfo(bytes, AT.entry),
  };
  assertHeader(header);
  return header;
}
