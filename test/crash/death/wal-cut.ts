import { closeSync, existsSync, openSync, readSync } from 'node:fs';
import type { LtxHeader } from '../../../libs/ltx';

// Sizes and offsets of the write-ahead log: sqlite.org/fileformat2.html, "WAL Frame Format".
export const WAL_HEADER = 32;
export const FRAME_HEADER = 24;

/** What changes when a log is begun anew; empty while there is none. */
export function walSalts(path: string): string {
  if (!existsSync(path)) return '';
  const header = Buffer.alloc(WAL_HEADER);
  const fd = openSync(path, 'r');
  try {
    readSync(fd, header, 0, WAL_HEADER, 0);
  } finally {
    closeSync(fd);
  }
  return header.toString('hex', 16, 24);
}

/** What of a dead life's log belongs to the state that the head entry names. */
export type WalCut =
  /** The first `bytes`. */
  | { readonly kind: 'part'; readonly bytes: number }
  /** Nothing: the main file alone is that state. */
  | { readonly kind: 'none'; readonly restarted: boolean }
  /** The entry names no place, and the main file need not be its state. */
  | { readonly kind: 'unknown'; readonly reason: string }
  /** The log contradicts the entry. */
  | { readonly kind: 'broken'; readonly reason: string };

export interface CutInput {
  readonly head: LtxHeader;
  /** The whole log; empty where there is none. */
  readonly wal: Buffer;
  /** Whether the main file came into its place in the life that died. */
  readonly fileIsOfThisLife: boolean;
}

/**
 * Nothing goes from the log to the main file before it is stored, and the log is restarted only when all of it is in the
 * main file. So the state that an entry names is the main file and the log up to the entry's place; and where the log has
 * been restarted since (other salts), or was not yet written when the entry was made, the main file alone.
 */
export function cutFor({ head, wal, fileIsOfThisLife }: CutInput): WalCut {
  const { salt1, salt2, entry, minTxid } = head;
  if (salt1 === 0 && salt2 === 0) {
    if (entry?.kind !== 'claim' && minTxid !== 1) {
      return { kind: 'unknown', reason: 'the head is a whole snapshot' };
    }
    return fileIsOfThisLife
      ? { kind: 'none', restarted: false }
      : { kind: 'unknown', reason: 'killed before the restored file was in place' };
  }
  const restarted =
    wal.length < WAL_HEADER || wal.readUInt32BE(16) !== salt1 || wal.readUInt32BE(20) !== salt2;
  return restarted ? { kind: 'none', restarted } : cutAt(head, wal);
}

function cutAt({ walOffset, walSize, pageSize, entry }: LtxHeader, wal: Buffer): WalCut {
  const bytes = walOffset + walSize;
  if (bytes === WAL_HEADER) return { kind: 'part', bytes };
  const last = bytes - pageSize - FRAME_HEADER;
  if (wal.length < bytes) {
    return { kind: 'broken', reason: `the log has ${wal.length} bytes, the head names ${bytes}` };
  }
  if (wal.readUInt32BE(last + 4) === 0) {
    return { kind: 'broken', reason: `no commit ends at ${bytes}, the place that the head names` };
  }
  const checksum = wal.toString('hex', last + 16, last + 24);
  if (checksum !== entry?.frameChecksum) {
    return { kind: 'broken', reason: `the frame before ${bytes} is not the one the head names` };
  }
  return { kind: 'part', bytes };
}

/** Every version of a page that stands in committed or uncommitted frames of the log behind `from`, by page number. */
export function versionsBehind(wal: Buffer, from: number, pageSize: number): Map<number, Buffer[]> {
  const versions = new Map<number, Buffer[]>();
  const frame = pageSize + FRAME_HEADER;
  for (let at = from; at + frame <= wal.length; at += frame) {
    if (wal.compare(wal, 16, 24, at + 8, at + 16) !== 0) break;
    const page = wal.readUInt32BE(at);
    const bytes = wal.subarray(at + FRAME_HEADER, at + frame);
    versions.set(page, [...(versions.get(page) ?? []), bytes]);
  }
  return versions;
}
