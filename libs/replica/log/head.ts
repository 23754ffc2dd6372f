import type { LogHead } from '../../engine/database-engine';
import { ZERO_CHECKSUM, type LtxHeader } from '../../ltx';
import type { ObjectStore } from '../../storage/object-store';
import { readEntryIdentity } from './entry';
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
  const { header, checksum } = await readEntryIdentity(store, last.key);
  if (last.level === 0) return headOf(header, checksum);
  // A merged file names its last entry, which may still be there and says where in the write-ahead log it ends.
  const merged = headOf(header, header.entry?.parent ?? ZERO_CHECKSUM);
  const entry = inventory.files.find((file) => file.level === 0 && file.maxTxid === last.maxTxid);
  if (!entry) return merged;
  const identity = await readEntryIdentity(store, entry.key);
  return identity.checksum === merged.checksum
    ? headOf(identity.header, identity.checksum)
    : merged;
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
