import { isStoreError } from '../../storage/store-error';
import { datedKey, datedPrefix, parseDatedKey, type DatedCopy } from './backup-keys';
import { backupMetadata, type BackupIdentity } from './backup-metadata';
import type { BackupSettings, BackupTarget, PlainFile } from './backup-types';
import { planHistory } from './history-plan';

/** Names looked at; far beyond what is kept. */
const MAX_COPIES = 100_000;

/** Makes a dated copy if one is due, then deletes those that are too many or too old. */
export async function keepHistory(
  target: BackupTarget,
  file: PlainFile,
  identity: BackupIdentity,
  now: number,
  settings: BackupSettings,
): Promise<void> {
  if (settings.backupKeepCount <= 0 || settings.backupKeepMs <= 0) return;
  const { store, key } = target;
  const { due, remove } = planHistory(await datedCopies(target), now, settings);
  if (due) {
    try {
      const dated = datedKey(key, now, identity.txid);
      await store.put(dated, file, { mode: 'create', metadata: backupMetadata(identity) });
    } catch (error) {
      // Ours: an earlier attempt whose answer was lost.
      if (!isStoreError(error, 'AlreadyExists')) throw error;
    }
  }
  if (remove.length > 0) await store.deleteMany(remove);
}

async function datedCopies({ store, key }: BackupTarget): Promise<DatedCopy[]> {
  const copies: DatedCopy[] = [];
  for await (const object of store.list(datedPrefix(key))) {
    const copy = parseDatedKey(key, object.key);
    if (copy) copies.push(copy);
    if (copies.length >= MAX_COPIES) break;
  }
  return copies;
}
