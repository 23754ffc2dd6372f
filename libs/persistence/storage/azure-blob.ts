import { type AzureBlobSettings, checkAzureBlobSettings } from './azure-blob-settings';
import { type AzureBlobChoice, choice } from './storage-choice';

export { AzureBlobStorageProvider } from './azure-blob-storage.provider';
export type { AzureBlobSettings } from './azure-blob-settings';

/**
 * Keeps the replica in a container of Azure Blob Storage, beside the plain database file `blob` (default `<name>.db`), in
 * `<blob>.replica/`. Needs the package @azure/storage-blob, and @azure/identity where no key is given.
 *
 * @example PersistenceModule.forRoot({ storage: azureBlob({ account: 'myaccount' }) })
 */
export function azureBlob(settings: AzureBlobSettings): AzureBlobChoice {
  return choice({ kind: 'azure-blob', settings: { ...checkAzureBlobSettings(settings) } });
}
