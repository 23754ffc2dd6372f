import { AzureBlobStore, prefixed } from '../../../libs/storage';
import { startAzurite } from '../../servers/azurite';
import { patient } from './patient';
import type { StorePlace } from './store-place';

const BLOB = 'ai_learning.db';

/** A container of its own on Azurite, or in the account that `AZURE_TEST_CONNECTION_STRING` names. */
export async function azurePlace(): Promise<StorePlace> {
  const named = process.env.AZURE_TEST_CONNECTION_STRING;
  const azurite = named ? null : await startAzurite();
  const connectionString = named || azurite!.connectionString;
  const container = `crash-${Date.now().toString(36)}`;
  return {
    variables: {
      AZURE_STORAGE_CONNECTION_STRING: connectionString,
      AZURE_STORAGE_CONTAINER: container,
      AZURE_BLOB_NAME: BLOB,
    },
    replica: async () =>
      prefixed(
        patient(await AzureBlobStore.open({ connectionString, container })),
        `${BLOB}.replica`,
      ),
    close: async () => azurite?.close(),
  };
}
