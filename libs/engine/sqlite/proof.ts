import { existsSync, statSync } from 'node:fs';
import type { LogHead, WalPosition } from '../database-engine';
import { fileIdentity, sameFile } from './local-files';
import { isWithoutLog, type SidecarData } from './sidecar';
import type { WalCursor } from './wal-format';
import { WalReader } from './wal-reader';

export type FileProof =
  | {
      readonly proved: true;
      /** From where the log goes on; `lost`: commits that were never stored are in the main file. */
      readonly cursor: WalCursor | 'lost' | null;
      readonly position: WalPosition | null;
    }
  | { readonly proved: false; readonly reason: string };

const no = (reason: string): FileProof => ({ proved: false, reason });

/**
 * Whether the local files are the state that `head` names, plus at most commits behind it, told from their bytes alone:
 * the main file is the one this library left, and the log holds every frame up to the head's position, or the main file
 * alone is that state (behind a clean end, or a start that nothing was written after) and there is no log. Opens no database.
 */
export function proveFiles(path: string, head: LogHead, sidecar: SidecarData | null): FileProof {
  if (!sidecar) return no('nothing is known about it');
  if (head.lineage !== null && sidecar.lineage !== head.lineage)
    return no('it belongs to another history');
  if (existsSync(`${path}-journal`)) return no('a rollback journal stands beside it');
  if (!sameFile(fileIdentity(path), sidecar.main))
    return no('the file was written or replaced by someone else');
  const { ahead } = sidecar;
  if (ahead?.txid === head.txid && ahead.nodeId === head.nodeId && !hasLog(path)) {
    return { proved: true, cursor: 'lost', position: null };
  }
  const own = sidecar.lines.filter((line) => line.nodeId === head.nodeId);
  const known = own.length > 0 || sidecar.clean?.txid === head.txid;
  if (!known) return no('the newest entry of the replica was written elsewhere');
  const lines = own.filter((line) => line.txid === head.txid).toReversed();
  const withoutLog =
    (sidecar.clean?.txid === head.txid && head.kind === 'release') || lines.some(isWithoutLog);
  if (withoutLog && !hasLog(path)) return { proved: true, cursor: null, position: null };
  return findInLog(path, head.position ? [head.position, ...lines] : lines);
}

function hasLog(path: string): boolean {
  return (statSync(`${path}-wal`, { throwIfNoEntry: false })?.size ?? 0) > 0;
}

function findInLog(path: string, candidates: readonly WalPosition[]): FileProof {
  const wal = new WalReader(path);
  try {
    const header = wal.header();
    if (!header) return no('its write-ahead log is missing');
    for (const { salt1, salt2, offset, checksum } of candidates) {
      const position = { salt1, salt2, offset, checksum };
      const cursor = wal.find(header, position);
      if (cursor) return { proved: true, cursor, position };
    }
    return no('its write-ahead log does not lead to the newest entry of the replica');
  } finally {
    wal.close();
  }
}
