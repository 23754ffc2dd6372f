import type { ContainerClient } from '@azure/storage-blob';
import { PersistenceError } from '../../../errors';
import { abortable } from '../../abortable';
import { isStoreError, StoreError } from '../../store-error';
import { azureCall } from './azure-call';
import { errorCode } from './azure-errors';

/** Time to sign in, look and create. */
const OPEN_MS = 30_000;

/**
 * Makes sure that the container is there, creating it where the identity may and `create` is not false. Several may do so
 * at once. Rejects with `STORE_BUCKET_MISSING` where it is absent and is not created, else with a `StoreError`.
 */
export async function openContainer(
  container: ContainerClient,
  {
    create = true,
    late = AbortSignal.timeout(OPEN_MS),
  }: { readonly create?: boolean; readonly late?: AbortSignal } = {},
): Promise<void> {
  try {
    await abortable(create ? lookOrCreate(container, late) : look(container, late), late);
  } catch (error) {
    if (error !== late.reason) throw error;
    const name = container.containerName;
    throw new StoreError('Timeout', name, 'the service did not answer in time', { cause: error });
  }
}

async function lookOrCreate(container: ContainerClient, signal: AbortSignal): Promise<void> {
  if (await isThere(container, signal)) return;
  const name = container.containerName;
  try {
    await azureCall(name, signal, ({ signal: abortSignal }) => container.create({ abortSignal }));
  } catch (error) {
    if (isStoreError(error) && errorCode(error.cause) === 'ContainerAlreadyExists') return;
    if (!isStoreError(error, 'PermissionDenied', 'Unauthenticated')) throw error;
    throw new PersistenceError(
      'STORE_BUCKET_MISSING',
      `The container "${name}" does not exist in the account "${container.accountName}", and this identity may not create it.`,
      {
        hint: `Create it (az storage container create --account-name ${container.accountName} --name ${name}), or give the identity the role Storage Blob Data Contributor on the account.`,
        cause: error,
      },
    );
  }
}

async function look(container: ContainerClient, signal: AbortSignal): Promise<void> {
  if (await isThere(container, signal)) return;
  const { containerName, accountName } = container;
  throw new PersistenceError(
    'STORE_BUCKET_MISSING',
    `The container "${containerName}" does not exist in the account "${accountName}".`,
    {
      hint: 'Compare the name with what the app uses, in the first lines of its log. The app creates it at its first start; looking creates nothing.',
    },
  );
}

/** Asked by a listing: whoever may use the store may list it. */
async function isThere(container: ContainerClient, signal: AbortSignal): Promise<boolean> {
  try {
    await azureCall(container.containerName, signal, async ({ signal: abortSignal }) => {
      await container.listBlobsFlat({ abortSignal }).byPage({ maxPageSize: 1 }).next();
    });
    return true;
  } catch (error) {
    if (isStoreError(error) && errorCode(error.cause) === 'ContainerNotFound') return false;
    throw error;
  }
}
