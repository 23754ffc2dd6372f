import { PersistenceError } from '../../errors';
import type { ObjectStore } from '../../storage/object-store';
import { isStoreError } from '../../storage/store-error';
import { foreignKey } from './backup-keys';
import type { BackupScratch, BackupTarget, PlainFile } from './backup-types';
import type { Occupied } from './put-plan';

/** Different files that are kept of one place. More, and somebody else works there. */
const MAX_KEPT = 9;

interface Part {
  /** What follows the key of the database file: nothing, or the suffix of a journal. */
  readonly suffix: string;
  readonly file: PlainFile;
}

/**
 * Copies what stands in the backup's place, with its journals, to `<name>.before-adoption.db`; what is kept there already is
 * never replaced. Then the journals go: beside a new database file they would corrupt it. Resolves to the key of the copy.
 */
export async function keepForeign(
  { store, key }: BackupTarget,
  { info, journals }: Occupied,
  scratch: BackupScratch,
): Promise<string> {
  const parts: Part[] = [];
  for (const part of [...(info ? [key] : []), ...journals]) {
    const { body } = await store.get(part);
    parts.push({ suffix: part.slice(key.length), file: await scratch.spool(body) });
  }
  for (let n = 1; n <= MAX_KEPT; n++) {
    const kept = foreignKey(key, n);
    if (!(await keepAll(store, kept, parts))) continue;
    if (journals.length > 0) await store.deleteMany(journals);
    return kept;
  }
  throw new PersistenceError(
    'BACKUP_PLACE_TAKEN',
    `Somebody else keeps writing ${key}, where the backup belongs: ${MAX_KEPT} versions of it are kept already.`,
    { key },
  );
}

/** False if another file is kept under this name. */
async function keepAll(store: ObjectStore, kept: string, parts: readonly Part[]): Promise<boolean> {
  for (const { suffix, file } of parts) {
    if (!(await keepPart(store, kept + suffix, file))) return false;
  }
  return true;
}

async function keepPart(store: ObjectStore, key: string, file: PlainFile): Promise<boolean> {
  const { sha256 } = file;
  try {
    await store.put(key, file, { mode: 'create', metadata: { sha256 } });
    return true;
  } catch (error) {
    if (!isStoreError(error, 'AlreadyExists')) throw error;
  }
  const { metadata, size } = await store.head(key);
  return metadata['sha256'] === sha256 && size === file.size;
}
