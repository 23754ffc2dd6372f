import { isPersistenceError, PersistenceError } from '../../errors';
import type {
  DatabaseEngine,
  PlainFilePart,
  PlainFileSink,
  RestoredDatabase,
} from '../../engine/database-engine';
import type { ObjectStore } from '../../storage/object-store';
import { isStoreError } from '../../storage/store-error';
import { FileChanged } from '../log/fetch-file';

const PARTS: readonly PlainFilePart[] = ['', '-wal', '-journal'];

export interface Backup {
  readonly store: ObjectStore;
  readonly key: string;
}

export async function hasBackup({ store, key }: Backup): Promise<boolean> {
  try {
    return (await store.head(key)).size > 0;
  } catch (error) {
    if (isStoreError(error, 'NotFound')) return false;
    throw error;
  }
}

/**
 * Copies a plain database file, with the journals that stand beside it, to where the local database belongs. Rejects with
 * `FileChanged` if a program was writing it meanwhile: then the parts do not belong together.
 */
export async function receiveBackup(
  engine: DatabaseEngine,
  backup: Backup,
): Promise<RestoredDatabase> {
  const sink = await engine.receive();
  try {
    const before = await versions(backup);
    for (const part of PARTS) if (before.get(part)) await copy(backup, part, sink);
    const after = await versions(backup);
    if (PARTS.some((part) => before.get(part) !== after.get(part)))
      throw new FileChanged(backup.key);
    return await sink.finish();
  } catch (error) {
    await sink.abort();
    throw naming(backup, error);
  }
}

/** The file at fault is the one in the store, not the local one it would have become. */
function naming({ key }: Backup, error: unknown): unknown {
  if (!isPersistenceError(error, 'DATABASE_NOT_SQLITE', 'DATABASE_CORRUPT')) return error;
  return new PersistenceError(
    error.code,
    `The file ${key} in the store cannot be taken over: ${error.message}`,
    {
      key,
      cause: error,
      hint: 'Replace it by a sound SQLite file to begin with, or move it away to begin without. Nothing was changed.',
    },
  );
}

async function versions({ store, key }: Backup): Promise<Map<PlainFilePart, string>> {
  const found = new Map<PlainFilePart, string>();
  for (const part of PARTS) {
    try {
      found.set(part, (await store.head(key + part)).tag);
    } catch (error) {
      if (!isStoreError(error, 'NotFound')) throw error;
    }
  }
  return found;
}

async function copy(
  { store, key }: Backup,
  part: PlainFilePart,
  sink: PlainFileSink,
): Promise<void> {
  const { body } = await store.get(key + part);
  for await (const chunk of body) await sink.write(part, chunk);
}
