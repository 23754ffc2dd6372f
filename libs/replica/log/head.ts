import type { LogHead } from '../../engine/database-engine';
import { isPersistenceError } from '../../errors';
import { ZERO_CHECKSUM, type LtxHeader } from '../../ltx';
import type { ObjectStore } from '../../storage/object-store';
import { readEntryIdentity, type EntryIdentity } from './entry';
import type { Inventory } from './inventory';
import type { RestorePlan } from './restore-plan';

/** Where the log ends: what the next entry continues. */
export interface Head extends Omit<LogHead, 'lineage'> {
  /** The parent that the next entry names. */
  readonly checksum: string;
  /** ms since 1970; entries never go back in time. */
  readonly timestamp: number;
}

/** The newest entry that `plan`, a plan for the latest state, ends with. */
export async function readHead(
  store: ObjectStore,
  inventory: Inventory,
  plan: RestorePlan,
): Promise<Head> {
  const last = plan.files.at(-1)!;
  if (last.level === 0) return identityHead(await readEntryIdentity(store, last.key));
  // A merged file names its last entry, which may still be there and says where in the write-ahead log it ends.
  const entry = inventory.files.find((file) => file.level === 0 && file.maxTxid === last.maxTxid);
  const merged = await readUnlessDamaged(store, last.key, entry !== undefined);
  if (!entry) return identityHead(merged!);
  const identity = await readUnlessDamaged(store, entry.key, merged !== null);
  if (!merged) return identityHead(identity!);
  const named = merged.header.entry?.parent;
  return identityHead(identity && identity.checksum === named ? identity : merged);
}

/** Null for a damaged file where another one can say the same. */
async function readUnlessDamaged(
  store: ObjectStore,
  key: string,
  other: boolean,
): Promise<EntryIdentity | null> {
  try {
    return await readEntryIdentity(store, key);
  } catch (error) {
    if (other && isPersistenceError(error, 'REPLICA_CORRUPT')) return null;
    throw error;
  }
}

/** A merged file stands for the last entry it holds. */
function identityHead({ header, checksum }: EntryIdentity): Head {
  return headOf(header, header.entry?.kind === 'merged' ? header.entry.parent : checksum);
}

export function headOf(header: LtxHeader, checksum: string): Head {
  const { entry } = header;
  return {
    txid: header.maxTxid,
    checksum: entry ? checksum : ZERO_CHECKSUM,
    timestamp: header.timestamp,
    nodeId: header.nodeId,
    kind: entry?.kind ?? 'data',
    pageSize: header.pageSize,
    commit: header.commit,
    position: positionOf(header),
  };
}

function positionOf({ entry, salt1, salt2, walOffset, walSize }: LtxHeader): Head['position'] {
  if (!entry || entry.kind === 'merged' || (salt1 === 0 && salt2 === 0)) return null;
  return { salt1, salt2, offset: walOffset + walSize, checksum: entry.frameChecksum };
}
