import { stat } from 'node:fs/promises';
import path from 'node:path';
import type { Type } from '@nestjs/common';
import { PersistenceError } from '../../errors';
import { DirectoryStore } from '../../storage';
import type { ObjectStore } from '../../storage/object-store';
import { denialHint, isStoreError, StoreError } from '../../storage/store-error';
import { AzureBlobStorageProvider } from '../storage/azure-blob-storage.provider';
import { S3StorageProvider } from '../storage/s3-storage.provider';
import { type DirectoryChoice, isObjectStore, type StorageChoice } from '../storage/storage-choice';
import { placeOf } from '../storage/storage-place';
import { openPatiently } from './open-patiently';
import type { StoragePlan } from '../storage/storage-plan';

/** Who opens stores: in an app they come from its dependency injection. */
export interface StoreSources {
  /** Builds a store class of the app's own. */
  readonly instantiate: (type: Type<ObjectStore>) => Promise<unknown>;
  readonly s3: S3StorageProvider;
  readonly azureBlob: AzureBlobStorageProvider;
}

/** Without an app around. */
export const PLAIN_SOURCES: StoreSources = {
  instantiate: (type) => Promise.resolve(new type()),
  s3: new S3StorageProvider(),
  azureBlob: new AzureBlobStorageProvider(),
};

/** Opens the planned store as its provider made it, or null where none is planned. */
export async function openStore(
  plan: StoragePlan,
  sources: StoreSources = PLAIN_SOURCES,
): Promise<ObjectStore | null> {
  try {
    switch (plan.kind) {
      case 'none':
        return null;
      case 'network-path':
        return await openNetworkFolder(plan.file, plan.variable);
      case 'choice':
        return await openChoice(plan.choice, sources);
      case 'own':
        return await openOwn(plan.store, sources);
    }
  } catch (error) {
    throw error instanceof StoreError ? notOpened(plan, error) : error;
  }
}

function openChoice(choice: StorageChoice, sources: StoreSources): Promise<ObjectStore> {
  switch (choice.kind) {
    case 'directory':
      return openDirectory(choice);
    case 'memory':
      return Promise.resolve(choice.store);
    case 's3':
      return openPatiently(() => sources.s3.open(choice.settings));
    case 'azure-blob':
      return openPatiently(() => sources.azureBlob.open(choice.settings));
  }
}

async function openOwn(
  own: ObjectStore | Type<ObjectStore>,
  sources: StoreSources,
): Promise<ObjectStore> {
  if (isObjectStore(own)) return own;
  const built = await sources.instantiate(own);
  if (isObjectStore(built)) return built;
  throw new PersistenceError(
    'OPTION_INVALID',
    'The class given as the option "storage" is no ObjectStore.',
    { hint: 'Implement get, put, head, list, deleteMany and capabilities.' },
  );
}

async function openDirectory({ root, volume }: DirectoryChoice): Promise<ObjectStore> {
  if (volume !== undefined && (await kindOf(root)) !== 'folder') {
    throw notMounted(`The folder that ${volume} names does not exist.`);
  }
  return DirectoryStore.open({ root });
}

/** A folder that is missing may be a volume that is not mounted: made here, it would be on the disk that is thrown away. */
async function openNetworkFolder(file: string, variable = 'NETWORK_DB_PATH'): Promise<ObjectStore> {
  if ((await kindOf(file)) === 'folder') {
    throw new PersistenceError('OPTION_INVALID', `${variable} names a folder.`, {
      hint: 'Name a database file in it, for example /mnt/shared/app.db; the replica is kept in app.db.replica beside it.',
    });
  }
  if ((await kindOf(path.dirname(file))) === 'absent') {
    throw notMounted(`The folder of the file that ${variable} names does not exist.`);
  }
  return DirectoryStore.open({ root: `${file}.replica` });
}

function notMounted(message: string): PersistenceError {
  return new PersistenceError('STORE_UNREACHABLE', message, {
    hint: 'Is the volume mounted? Mount it, or create the folder if it is meant to be a plain one. No database was opened.',
  });
}

export async function kindOf(file: string): Promise<'file' | 'folder' | 'absent'> {
  try {
    return (await stat(file)).isDirectory() ? 'folder' : 'file';
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return 'absent';
    throw error;
  }
}

function notOpened(plan: StoragePlan, error: StoreError): PersistenceError {
  const denied = isStoreError(error, 'PermissionDenied', 'Unauthenticated', 'Rejected');
  // A folder's own errors name the folder, which is nobody's business in a log.
  const isRemote = plan.kind === 'choice' && ['s3', 'azure-blob'].includes(plan.choice.kind);
  return new PersistenceError(
    denied ? 'STORE_DENIED' : 'STORE_UNREACHABLE',
    `The store could not be opened: ${placeOf(plan)}.${isRemote ? ` ${error.reason}.` : ''}`,
    { cause: error, ...(denied && { hint: denialHint(error) }) },
  );
}
