import type { ObjectInfo, PutMode } from '../../storage/object-store';
import { readBackupIdentity, type BackupIdentity } from './backup-metadata';

/** What stands where the backup belongs. */
export interface Occupied {
  readonly info: ObjectInfo | null;
  /** Journals beside it that SQLite would play into whatever is put there. */
  readonly journals: readonly string[];
}

/**
 * - `put`: nothing of anybody else is in the way.
 * - `keep-foreign`: something is; it is copied aside first.
 * - `present`: this very backup is there already (an earlier attempt whose answer was lost).
 * - `newer`: a later state of the same history is there.
 */
export type PutPlan =
  | { readonly step: 'put'; readonly mode: PutMode }
  | { readonly step: 'keep-foreign'; readonly mode: PutMode }
  | { readonly step: 'present' }
  | { readonly step: 'newer' };

/** Decides how a backup gets to its place. `swap`: whether the store can replace a known version only. */
export function planPut(
  { info, journals }: Occupied,
  own: BackupIdentity & { readonly bytes: number },
  swap: boolean,
): PutPlan {
  const standing = info && readBackupIdentity(info);
  if (standing?.lineage === own.lineage) {
    if (standing.txid > own.txid) return { step: 'newer' };
    const same = standing.txid === own.txid && standing.sha256 === own.sha256;
    if (same && info!.size === own.bytes && journals.length === 0) return { step: 'present' };
  }
  const ours = info === null || standing?.lineage === own.lineage;
  const step = ours && journals.length === 0 ? 'put' : 'keep-foreign';
  return { step, mode: modeFor(info, swap) };
}

function modeFor(info: ObjectInfo | null, swap: boolean): PutMode {
  if (info === null) return 'create';
  return swap ? { ifMatch: info.tag } : 'overwrite';
}
