import { PersistenceError } from '../../errors';
import type { ObjectStore } from '../../storage/object-store';
import { isStoreError } from '../../storage/store-error';
import { foreignKey, journalKeys, MAX_FOREIGN } from './backup-keys';
import type { BackupOptions, BackupScratch, BackupTarget, PlainFile } from './backup-types';
import type { Occupied } from './put-plan';

interface Part {
  /** What follows the key of the database file: nothing, or the suffix of a journal. */
  readonly suffix: string;
  readonly file: PlainFile;
}

export interface ForeignPlace {
  readonly target: BackupTarget;
  readonly scratch: BackupScratch;
  readonly inUse: BackupOptions['inUse'];
}

/**
 * Copies what stands in the backup's place, with its journals, to `<name>.before-adoption.db`; what is kept there already is
 * never replaced. Then the journals go: beside a new database file they would corrupt it. Resolves to the key of the copy.
 *
 * A program that still works with that file would go on committing into files that have no name any more. So nothing is
 * kept or removed while one is known to: BACKUP_PLACE_TAKEN.
 */
export async function keepForeign(place: ForeignPlace, { info, journals }: Occupied) {
  const { target, scratch } = place;
  const { store, key } = target;
  const parts: Part[] = [];
  const tags = new Map<string, string>();
  for (const part of [...(info ? [key] : []), ...journals]) {
    const { body, tag } = await store.get(part);
    tags.set(part, tag);
    parts.push({ suffix: part.slice(key.length), file: await scratch.spool(body) });
  }
  await demandQuiet(place, tags);
  for (let n = 1; n <= MAX_FOREIGN; n++) {
    const kept = foreignKey(key, n);
    if (!(await keepAll(store, kept, parts))) continue;
    await demandQuiet(place, tags);
    if (journals.length > 0) await store.deleteMany(journals);
    return kept;
  }
  throw new PersistenceError(
    'BACKUP_PLACE_TAKEN',
    `Somebody else keeps writing ${key}, where the backup belongs: ${MAX_FOREIGN} versions of it are kept already.`,
    { key },
  );
}

/** Rejects if anything is not as it was copied, or is open: whoever writes there has to be stopped first. */
async function demandQuiet(
  { target: { store, key }, inUse }: ForeignPlace,
  copied: ReadonlyMap<string, string>,
): Promise<void> {
  for (const part of [key, ...journalKeys(key)]) {
    const tag = await store.head(part).then((info) => info.tag, absent);
    if (tag !== copied.get(part)) throw taken(key, `${part} was written while it was copied`);
  }
  if (await inUse?.()) throw taken(key, 'it has that file open');
}

function absent(error: unknown): undefined {
  if (isStoreError(error, 'NotFound')) return undefined;
  throw error;
}

function taken(key: string, how: string): PersistenceError {
  return new PersistenceError(
    'BACKUP_PLACE_TAKEN',
    `Another program works with ${key}, where the backup belongs: ${how}.`,
    {
      key,
      hint: 'Stop that program; the next backup tries again. Until then nothing of that file is changed, and commits are stored all the same.',
    },
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
