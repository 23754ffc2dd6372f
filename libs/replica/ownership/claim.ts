import type { WalPosition } from '../../engine/database-engine';
import { encodePageless, ZERO_CHECKSUM, type EntryKind } from '../../ltx';
import type { ObjectStore } from '../../storage/object-store';
import type { Head } from '../log/head';
import { readInventory } from '../log/inventory';
import type { FrozenEntry } from '../log/store-entry';

/** Right behind the header of a write-ahead log: "no place in it" where the salts are zero. */
const NO_PLACE: WalPosition = { salt1: 0, salt2: 0, offset: 32, checksum: ZERO_CHECKSUM };

export interface PagelessStamp {
  readonly kind: Extract<EntryKind, 'claim' | 'release'>;
  readonly nodeId: string;
  /** ms since 1970. */
  readonly now: number;
  /** The place in the write-ahead log that is continued; null without one. */
  readonly position: WalPosition | null;
}

/** The entry without pages that follows `head`: `commit` must be exactly the size of the database there. */
export function pagelessEntry(
  head: Head,
  { kind, nodeId, now, position }: PagelessStamp,
): FrozenEntry {
  const txid = head.txid + 1;
  const timestamp = Math.max(now, head.timestamp + 1);
  const { salt1, salt2, offset, checksum } = position ?? NO_PLACE;
  const { bytes, checksum: own } = encodePageless({
    pageSize: head.pageSize,
    commit: head.commit,
    minTxid: txid,
    maxTxid: txid,
    timestamp,
    walOffset: offset,
    walSize: 0,
    salt1,
    salt2,
    nodeId,
    entry: { kind, frameChecksum: checksum, parent: head.checksum },
  });
  return { txid, checksum: own, timestamp, nodeId, body: bytes };
}

/** What the log ends with once `entry` is stored. */
export function headAfter(
  head: Head,
  entry: FrozenEntry,
  stamp: Pick<PagelessStamp, 'kind' | 'position'>,
): Head {
  const { txid, checksum, timestamp, nodeId } = entry;
  return { ...head, txid, checksum, timestamp, nodeId, kind: stamp.kind, position: stamp.position };
}

/**
 * Proves a claim (TXID 1 is one too) after it was stored. A file of level 1 or above that covers its TXID means that the
 * history had gone on before: the claim is void, and stays where it is, not being the truth.
 */
export async function isVoid(store: ObjectStore, txid: number): Promise<boolean> {
  const { files } = await readInventory(store);
  return files.some((file) => file.level >= 1 && file.minTxid <= txid && file.maxTxid >= txid);
}
