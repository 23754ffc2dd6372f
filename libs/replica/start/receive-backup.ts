import { isPersistenceError, PersistenceError } from '../../errors';
import type {
  DatabaseEngine,
  PlainFilePart,
  PlainFileSink,
  RestoredDatabase,
} from '../../engine/database-engine';
import type { ObjectStore } from '../../storage/object-store';
import { isStoreError } from '../../storage/store-error';
import { readBackupIdentity, type BackupIdentity } from '../backup/backup-metadata';
import { FileChanged } from '../log/fetch-file';

const PARTS: readonly PlainFilePart[] = ['', '-wal', '-journal'];

export interface Backup {
  readonly store: ObjectStore;
  readonly key: string;
}

/** A plain database file that is there. */
export interface FoundBackup {
  readonly key: string;
  /** What it says about itself; null for one that is no backup of ours. */
  readonly identity: BackupIdentity | null;
}

/** Null where there is none, or an empty one. */
export async function findBackup({ store, key }: Backup): Promise<FoundBackup | null> {
  try {
    const info = await store.head(key);
    return info.size > 0 ? { key, identity: readBackupIdentity(info) } : null;
  } catch (error) {
    if (isStoreError(error, 'NotFound')) return null;
    throw error;
  }
}

/** The same for whoever can do without: null also where it must not be looked at. */
export async function glimpseBackup(backup: Backup): Promise<FoundBackup | null> {
  try {
    return await findBackup(backup);
  } catch (error) {
    if (isStoreError(error, 'PermissionDenied')) return null;
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
