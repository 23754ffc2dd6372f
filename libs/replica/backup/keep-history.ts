import type { ObjectStore } from '../../storage/object-store';
import { isStoreError } from '../../storage/store-error';
import { datedKey, datedPrefix, parseDatedKey, type DatedCopy } from './backup-keys';
import { backupMetadata, type BackupIdentity, isOwnCopy } from './backup-metadata';
import type { BackupSettings, BackupTarget, PlainFile } from './backup-types';
import { planHistory } from './history-plan';

/** Names looked at; far beyond what is kept. */
const MAX_COPIES = 100_000;

export interface BackupToKeep {
  readonly target: BackupTarget;
  /** What has just been stored there. */
  readonly file: PlainFile;
  readonly identity: BackupIdentity;
  /** Of `ownerText`. */
  readonly owner: string | undefined;
  /** By the clock of this host (ms since 1970). */
  readonly now: number;
}

/**
 * Makes a dated copy if one is due, then deletes those that are too many or too old. Ages go by the clock of the store
 * where it tells: one host whose clock is wrong must not end the history. Deletes nothing but copies of this database.
 */
export async function keepHistory(backup: BackupToKeep, settings: BackupSettings): Promise<void> {
  if (settings.backupKeepCount <= 0 || settings.backupKeepMs <= 0) return;
  const { target, file, identity, owner } = backup;
  const { store, key } = target;
  const { written: now = backup.now } = await store.head(key);
  const { due, remove } = planHistory(await datedCopies(target), now, settings);
  if (due) {
    try {
      const metadata = backupMetadata(identity, owner);
      await store.put(datedKey(key, now, identity.txid), file, { mode: 'create', metadata });
    } catch (error) {
      // Ours: an earlier attempt whose answer was lost.
      if (!isStoreError(error, 'AlreadyExists')) throw error;
    }
  }
  const own = await ownCopies(store, remove, identity.lineage, owner);
  if (own.length > 0) await store.deleteMany(own);
}

async function datedCopies({ store, key }: BackupTarget): Promise<DatedCopy[]> {
  const copies: DatedCopy[] = [];
  for await (const object of store.list(datedPrefix(key))) {
    const copy = parseDatedKey(key, object.key);
    // A store that was copied as a whole has written everything just now, and the names still tell.
    if (copy) copies.push({ ...copy, time: Math.min(copy.time, object.written ?? copy.time) });
    if (copies.length >= MAX_COPIES) break;
  }
  return copies;
}

async function ownCopies(
  store: ObjectStore,
  keys: readonly string[],
  lineage: string,
  owner: string | undefined,
): Promise<string[]> {
  const own: string[] = [];
  for (const key of keys) {
    try {
      if (isOwnCopy(await store.head(key), lineage, owner)) own.push(key);
    } catch (error) {
      if (!isStoreError(error, 'NotFound')) throw error;
    }
  }
  return own;
}
