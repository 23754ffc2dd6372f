import { invalid } from './invalid';

/** What a file is in the log. */
export type EntryKind = 'data' | 'claim' | 'release' | 'seal' | 'merged';

/** Position in this list is the stored number: append only. */
const KINDS: readonly EntryKind[] = ['data', 'claim', 'release', 'seal', 'merged'];
const VERSION = 1;
const HEX_16 = /^[0-9a-f]{16}$/;

/**
 * What we keep in the twenty reserved bytes of a header, which other LTX readers ignore: kind (1), version (1), zero (2),
 * frame checksum (8), parent (8).
 */
export interface EntryInfo {
  readonly kind: EntryKind;
  /** SQLite's cumulative WAL checksum behind the last frame held, s0 then s1, big-endian: 16 hex digits. Zeros without a WAL. */
  readonly frameChecksum: string;
  /**
   * The last 8 bytes of the entry before, 16 hex digits; in a merged file those of the last entry it holds. Zeros at
   * TXID 1 and behind a file without reserved bytes.
   */
  readonly parent: string;
}

/** Bytes of an `EntryInfo`. */
export const ENTRY_INFO_SIZE = 20;

export const ZERO_CHECKSUM = '0000000000000000';

export function isHex16(value: string): boolean {
  return HEX_16.test(value);
}

export function encodeEntryInfo(entry: EntryInfo, target: Buffer, at: number): void {
  const kind = KINDS.indexOf(entry.kind);
  if (kind < 0) throw invalid(`${entry.kind} is no kind of entry`);
  if (!isHex16(entry.frameChecksum)) throw invalid('the frame checksum is not 16 hex digits');
  if (!isHex16(entry.parent)) throw invalid('the parent is not 16 hex digits');
  target[at] = kind;
  target[at + 1] = VERSION;
  target.write(entry.frameChecksum, at + 4, 'hex');
  target.write(entry.parent, at + 12, 'hex');
}

/** Null where all twenty bytes are zero: a file that Litestream wrote. */
export function decodeEntryInfo(source: Buffer, at: number): EntryInfo | null {
  const bytes = source.subarray(at, at + ENTRY_INFO_SIZE);
  if (bytes.every((byte) => byte === 0)) return null;
  if (bytes[1] !== VERSION) throw invalid(`entry version ${bytes[1]} is unknown`);
  const kind = KINDS[bytes[0]!];
  if (kind === undefined) throw invalid(`entry kind ${bytes[0]} is unknown`);
  if (bytes[2] !== 0 || bytes[3] !== 0) throw invalid('reserved bytes are not zero');
  return {
    kind,
    frameChecksum: bytes.toString('hex', 4, 12),
    parent: bytes.toString('hex', 12, 20),
  };
}
