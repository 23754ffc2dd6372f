import { isPersistenceError } from '../../errors';
import type { ObjectStore } from '../../storage/object-store';
import { isStoreError } from '../../storage/store-error';
import { readBackupIdentity } from '../backup/backup-metadata';
import { readDescriptor } from '../log/descriptor';
import type { NewerBackup } from '../replica-types';

/** Where the plain backup lies: a key of a store that is not rooted in the replica's folder. */
export interface PlainPlace {
  readonly store: ObjectStore;
  readonly key: string;
}

/**
 * The plain backup, if it is one of this history and holds a later state than `txid`; null also where it cannot be looked
 * at, because what was restored is good all the same.
 */
export async function newerBackup(
  replica: ObjectStore,
  plain: PlainPlace | undefined,
  txid: number,
): Promise<NewerBackup | null> {
  if (plain === undefined) return null;
  try {
    const identity = readBackupIdentity(await plain.store.head(plain.key));
    if (identity === null || identity.txid <= txid) return null;
    const lineage = await lineageOf(replica);
    if (lineage !== null && lineage !== identity.lineage) return null;
    return { key: plain.key, txid: identity.txid };
  } catch (error) {
    if (isStoreError(error) || isPersistenceError(error)) return null;
    throw error;
  }
}

/** Null where the descriptor is gone or damaged: then nothing speaks against the backup. */
async function lineageOf(replica: ObjectStore): Promise<string | null> {
  try {
    return (await readDescriptor(replica))?.lineage ?? null;
  } catch (error) {
    if (isPersistenceError(error)) return null;
    throw error;
  }
}
