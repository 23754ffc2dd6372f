import { PersistenceError } from '../../errors';
import { ZERO_CHECKSUM } from '../../ltx';
import { isStoreError } from '../../storage/store-error';
import { createDescriptor, readDescriptor } from '../log/descriptor';
import { readEntryIdentity, type EntryIdentity } from '../log/entry';
import type { Head } from '../log/head';
import { readInventory } from '../log/inventory';
import { logKey } from '../log/log-keys';
import type { ReplicaOptions } from '../replica-types';

/** All of the history that this life continued is gone from the store: somebody emptied it. */
export class HistoryLost extends Error {}

/**
 * Asked before an entry is tried again after a failure: nothing may be stored behind a history that is not there. Resolves
 * to the foreign entry that stands where `head` was stored, if there is one. Rejects with `HistoryLost` where the store is
 * empty, and with `REPLICA_MISSING` where only the newest entry is gone.
 */
export async function demandHistory(
  { store }: Pick<ReplicaOptions, 'store'>,
  head: Head,
  signal: AbortSignal,
): Promise<EntryIdentity | null> {
  if (isOrigin(head)) return null;
  const key = logKey(0, head.txid, head.txid);
  try {
    const stored = await readEntryIdentity(store, key, signal);
    return stored.checksum === head.checksum ? null : stored;
  } catch (error) {
    if (!isStoreError(error, 'NotFound')) throw error;
  }
  const { files } = await readInventory(store, { signal });
  if (files.length === 0 && (await readDescriptor(store)) === null) throw new HistoryLost();
  throw new PersistenceError(
    'REPLICA_MISSING',
    `${key}, stored by this instance, is gone, while other objects of the replica are there.`,
    {
      key,
      hint: 'Bring it back (versions, soft delete), or move what is left of the replica away: then a new history begins with the local database. Until then nothing is stored.',
    },
  );
}

/** What to say when a new history begins. */
export const beginsAnew = (head: Head): PersistenceError =>
  new PersistenceError(
    'REPLICA_MISSING',
    `The replica was deleted under the running app (it ended at TXID ${head.txid}).`,
    {
      hint: 'A new history begins with the local database, which holds everything. Restore points from before are gone unless the store can bring them back (versions, soft delete).',
    },
  );

/** Where a history stands before its first entry. */
export const originOf = (head: Head): Head => ({
  ...head,
  txid: 0,
  checksum: ZERO_CHECKSUM,
  kind: 'data',
  position: null,
});

const isOrigin = ({ txid }: Head): boolean => txid === 0;

/** Random by this life's number, and no other history of this life ended in that entry. */
export const lineageBehind = (head: Head, nodeId: string): string => nodeId + head.checksum;

/** Says whose history it is, behind its TXID 1. */
export async function describeAnew(
  { store, identity }: ReplicaOptions,
  lineage: string,
): Promise<void> {
  await createDescriptor(store, { format: 1, lineage, engine: 'sqlite', ...identity });
}
