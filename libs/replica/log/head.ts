import type { LogHead } from '../../engine/database-engine';
import { isPersistenceError } from '../../errors';
import { ZERO_CHECKSUM, type EntryInfo, type LtxHeader } from '../../ltx';
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
  if (last.level === 0) return headOf(await readEntryIdentity(store, last.key));
  // A merged file names its last entry, which may still be there and says where in the write-ahead log it ends.
  const entry = inventory.files.find((file) => file.level === 0 && file.maxTxid === last.maxTxid);
  const merged = await readUnlessDamaged(store, last.key, entry !== undefined);
  if (!entry) return headOf(merged!);
  const identity = await readUnlessDamaged(store, entry.key, merged !== null);
  if (!merged) return headOf(identity!);
  const named = merged.header.entry?.parent;
  return headOf(identity && identity.checksum === named ? identity : merged);
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

/** What follows a file continues the last entry in it, which a merged file names. */
export function headOf({ header, checksum }: Pick<EntryIdentity, 'header' | 'checksum'>): Head {
  const { entry } = header;
  return {
    txid: header.maxTxid,
    checksum: lastEntryOf(entry, checksum),
    timestamp: header.timestamp,
    nodeId: header.nodeId,
    kind: entry?.kind ?? 'data',
    pageSize: header.pageSize,
    commit: header.commit,
    position: positionOf(header),
  };
}

function lastEntryOf(entry: EntryInfo | null, checksum: string): string {
  if (!entry) return ZERO_CHECKSUM;
  return entry.kind === 'merged' ? entry.parent : checksum;
}

function positionOf({ entry, salt1, salt2, walOffset, walSize }: LtxHeader): Head['position'] {
  if (!entry || entry.kind === 'merged' || (salt1 === 0 && salt2 === 0)) return null;
  return { salt1, salt2, offset: walOffset + walSize, checksum: entry.frameChecksum };
}
