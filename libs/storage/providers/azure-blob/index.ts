export type {
  AzureBlobStoreOptions,
  AzureContainerClient,
  AzureTokenCredential,
} from './azure-blob.options';
export { AzureBlobStore } from './azure-blob.store';
