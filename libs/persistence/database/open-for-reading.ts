import path from 'node:path';
import { PersistenceError } from '../../errors';
import { AzureBlobStore, DirectoryStore, withDeadline, withLimit } from '../../storage';
import type { ObjectStore } from '../../storage/object-store';
import { isStoreError, StoreError } from '../../storage/store-error';
import { type AzureBlobSettings, DEFAULT_CONTAINER } from '../storage/azure-blob-settings';
import { AzureBlobStorageProvider } from '../storage/azure-blob-storage.provider';
import type { StoragePlan } from '../storage/storage-plan';
import { lazyStore } from './lazy-store';
import { openStore, PLAIN_SOURCES, type StoreSources } from './open-store';
import type { PlainFile } from './store-access';

const DEADLINE = { callMs: 10_000, stallMs: 10_000 } as const;

/** A container that is not there is an error: a name with a typo must not leave one behind. */
class ExistingContainers extends AzureBlobStorageProvider {
  override async open({ blob: _, ...settings }: AzureBlobSettings): Promise<ObjectStore> {
    return AzureBlobStore.open({ container: DEFAULT_CONTAINER, ...settings }, { create: false });
  }
}

const SOURCES: StoreSources = { ...PLAIN_SOURCES, azureBlob: new ExistingContainers() };

/**
 * Opens the planned store for somebody who only looks. No container is made; with `readOnly` nothing at all is written, not
 * even the temporary files by which a folder is tried out. Rejects as `openStore` does.
 */
export async function openForReading(
  plan: StoragePlan,
  readOnly: boolean,
): Promise<ObjectStore | null> {
  const root = readOnly ? folderOf(plan) : undefined;
  if (root === undefined) return openStore(plan, SOURCES);
  try {
    return await DirectoryStore.open({ root, readOnly });
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
    const code = isStoreError(error, 'PermissionDenied') ? 'STORE_DENIED' : 'STORE_UNREACHABLE';
    throw new PersistenceError(code, `${root} cannot be read: ${error.message}.`, {
      hint: 'Is the volume mounted, and may this user read it? Nothing was created.',
      cause: error,
    });
  }
}

/** The plain file of a database in a folder, which is opened by the first call and never written to. */
export function plainForReading(file: string): PlainFile {
  const { dir, base } = path.parse(file);
  const capabilities = {
    conditionalCreate: false,
    compareAndSwap: false,
    orderedList: true,
    listAfter: false,
  };
  const folder = lazyStore(capabilities, () => DirectoryStore.open({ root: dir, readOnly: true }));
  return { store: withDeadline(withLimit(folder), DEADLINE), key: base };
}

function folderOf(plan: StoragePlan): string | undefined {
  if (plan.kind === 'network-path') return `${plan.file}.replica`;
  return plan.kind === 'choice' && plan.choice.kind === 'directory' ? plan.choice.root : undefined;
}
