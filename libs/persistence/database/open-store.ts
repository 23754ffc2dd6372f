import { stat } from 'node:fs/promises';
import path from 'node:path';
import type { Type } from '@nestjs/common';
import { PersistenceError } from '../../errors';
import { DirectoryStore, prefixed, withDeadline, withRetry } from '../../storage';
import type { ObjectStore } from '../../storage/object-store';
import { isStoreError, StoreError } from '../../storage/store-error';
import { codedStore } from '../storage/coded-store';
import { isObjectStore, isStorageChoice } from '../storage/storage-choice';
import { storageKind, type StoragePlan } from '../storage/storage-plan';
import { systemClock } from './system-clock';

const DEADLINE = { callMs: 10_000, stallMs: 10_000 } as const;
const RETRY = { attempts: 4, baseMs: 100, maxMs: 2_000 } as const;
const CHANCE = { sleep: systemClock.sleep.bind(systemClock), random: () => Math.random() };

/**
 * Opens the planned store as the provider made it, or null where none is planned. `instantiate` builds a class with the
 * app's dependency injection.
 */
export async function openStore(
  plan: StoragePlan,
  instantiate: (type: Type<ObjectStore>) => Promise<unknown>,
): Promise<ObjectStore | null> {
  if (plan.kind === 'none') return null;
  try {
    if (plan.kind === 'network-path') return await openNetworkFolder(plan.file);
    const { option } = plan;
    if (isStorageChoice(option)) return await option.open();
    if (isObjectStore(option)) return option;
    const built = await instantiate(option);
    if (isObjectStore(built)) return built;
  } catch (error) {
    throw error instanceof StoreError ? unreachable(error) : error;
  }
  throw new PersistenceError(
    'OPTION_INVALID',
    'The class given as the option "storage" is no ObjectStore.',
    { hint: 'Implement get, put, head, list, deleteMany and capabilities.' },
  );
}

/** A folder that is missing may be a volume that is not mounted: made here, it would be on the disk that is thrown away. */
async function openNetworkFolder(file: string): Promise<ObjectStore> {
  if ((await kindOf(file)) === 'folder') {
    throw new PersistenceError('OPTION_INVALID', 'NETWORK_DB_PATH names a folder.', {
      hint: 'Name a database file in it, for example /mnt/shared/app.db; the replica is kept in app.db.replica beside it.',
    });
  }
  if (!(await exists(path.dirname(file)))) {
    throw new PersistenceError(
      'STORE_UNREACHABLE',
      'The folder of the file that NETWORK_DB_PATH names does not exist.',
      {
        hint: 'Is the volume mounted? Mount it, or create the folder if it is meant to be a plain one. No database was opened.',
      },
    );
  }
  return DirectoryStore.open({ root: `${file}.replica` });
}

/** The store as the protocol wants it: rooted at the replica's folder, every call bounded and repeated where that may help. */
export function replicaStore(store: ObjectStore, plan: StoragePlan, database: string): ObjectStore {
  if (!store.capabilities.conditionalCreate) {
    throw new PersistenceError(
      'STORE_NOT_CONDITIONAL',
      'This store cannot create an object only if it is absent, so two instances could overwrite each other.',
      { hint: 'Use a folder on a file system with hard links (not SMB), or another store.' },
    );
  }
  // NETWORK_DB_PATH names the folder itself; every other store may hold several databases.
  const rooted =
    plan.kind === 'network-path' ? store : prefixed(coded(store, plan), `${database}.db.replica/`);
  return bounded(rooted);
}

/**
 * Where the plain database file of a user who uploaded whole files so far would be: an empty replica begins with it.
 * `store` is the one that `openStore` gave.
 */
export async function plainFile(
  store: ObjectStore,
  plan: StoragePlan,
  database: string,
): Promise<{ readonly store: ObjectStore; readonly key: string } | undefined> {
  if (plan.kind !== 'network-path') {
    return { store: bounded(coded(store, plan)), key: `${database}.db` };
  }
  // Opened only where it is needed: a directory store makes a folder for its temporary files.
  if (!(await exists(plan.file))) return undefined;
  const folder = await DirectoryStore.open({ root: path.dirname(plan.file) });
  return { store: bounded(folder), key: path.basename(plan.file) };
}

function bounded(store: ObjectStore): ObjectStore {
  return withRetry(withDeadline(store, DEADLINE), RETRY, CHANCE);
}

function coded(store: ObjectStore, plan: StoragePlan): ObjectStore {
  return storageKind(plan) === 'custom' ? codedStore(store) : store;
}

async function exists(file: string): Promise<boolean> {
  return (await kindOf(file)) !== 'absent';
}

async function kindOf(file: string): Promise<'file' | 'folder' | 'absent'> {
  try {
    return (await stat(file)).isDirectory() ? 'folder' : 'file';
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return 'absent';
    throw error;
  }
}

function unreachable(error: StoreError): PersistenceError {
  const denied = isStoreError(error, 'PermissionDenied', 'Unauthenticated', 'Rejected');
  return new PersistenceError(
    denied ? 'STORE_DENIED' : 'STORE_UNREACHABLE',
    'The store could not be opened.',
    { cause: error },
  );
}
