import { closeSync, existsSync, openSync, readdirSync, readSync } from 'node:fs';
import { join } from 'node:path';
import {
  decodeLtxHeader,
  LTX_HEADER_SIZE,
  parseLtxFileName,
  type LtxHeader,
} from '../../../libs/ltx';

/** The newest entry of a replica in a folder, by its bytes alone; null if there is none. */
export function readHeadEntry(replica: string): LtxHeader | null {
  const folder = join(replica, 'ltx', '0');
  if (!existsSync(folder)) return null;
  const names = readdirSync(folder).filter((name) => parseLtxFileName(name) !== null);
  // Sixteen digits, so the order of names is that of TXIDs.
  const newest = names.toSorted().at(-1);
  return newest === undefined ? null : decodeLtxHeader(readStart(join(folder, newest)));
}

function readStart(path: string): Buffer {
  const bytes = Buffer.alloc(LTX_HEADER_SIZE);
  const fd = openSync(path, 'r');
  try {
    readSync(fd, bytes, 0, bytes.length, 0);
  } finally {
    closeSync(fd);
  }
  return bytes;
}
