import type { ContainerClient, StoragePipelineOptions } from '@azure/storage-blob';
import { PersistenceError } from '../../../errors';
import { type AzureBlobStoreOptions, type AzureTokenCredential } from './azure-blob.options';
import { loadIdentity, loadStorageBlob } from './load-sdk';

/** One try per call: the wrappers of the port repeat, and know when not to. */
const PIPELINE: StoragePipelineOptions = {
  retryOptions: { maxTries: 1 },
  userAgentOptions: { userAgentPrefix: 'nestjs-persistence' },
};

/** Makes the client that the options describe, without a request. Throws a `PersistenceError`. */
export function connectContainer(options: AzureBlobStoreOptions): ContainerClient {
  const { connectionString, account, client } = options;
  const named = [connectionString, account, client].filter((way) => way !== undefined);
  if (named.length !== 1) {
    throw invalid(
      `Azure Blob Storage needs exactly one of connectionString, account and client, not ${named.length}.`,
      'Give the connection string, or the name of the account to use the managed identity.',
    );
  }
  if (options.credential !== undefined && account === undefined) {
    throw invalid('A credential is only used beside account.', 'Give account, or no credential.');
  }
  if (client !== undefined) return client as ContainerClient;
  const container = containerName(options.container);
  if (connectionString !== undefined) return byConnectionString(connectionString, container);
  return byAccount(account!, container, options.credential);
}

function byConnectionString(connectionString: string, container: string): ContainerClient {
  const { BlobServiceClient } = loadStorageBlob();
  try {
    return BlobServiceClient.fromConnectionString(connectionString, PIPELINE).getContainerClient(
      container,
    );
  } catch {
    // Without the SDK's error: it may quote the string, which holds the key.
    throw invalid(
      'The connection string of Azure Blob Storage is not one.',
      'Copy it whole from the portal (storage account, Access keys): DefaultEndpointsProtocol=https;AccountName=...;AccountKey=...;EndpointSuffix=core.windows.net',
    );
  }
}

function byAccount(
  account: string,
  container: string,
  credential: AzureTokenCredential | undefined,
): ContainerClient {
  const address = serviceAddress(account);
  const { BlobServiceClient } = loadStorageBlob();
  const identity = credential ?? new (loadIdentity().DefaultAzureCredential)();
  return new BlobServiceClient(address, identity, PIPELINE).getContainerClient(container);
}

/** The blob service of an account, by its name or its own address. */
function serviceAddress(account: string): string {
  if (/^[a-z0-9]{3,24}$/.test(account)) return `https://${account}.blob.core.windows.net`;
  const address = URL.canParse(account) ? new URL(account) : undefined;
  if (address?.protocol !== 'https:' || address.search !== '' || address.username !== '') {
    throw invalid(
      'The account of Azure Blob Storage is neither the name of one nor the https address of its blob service.',
      'Give the bare name, for example mystorage, or https://mystorage.blob.core.windows.net without anything behind it. A shared access signature belongs into a connection string.',
    );
  }
  return address.href;
}

function containerName(name: string | undefined): string {
  const valid =
    name !== undefined &&
    name.length >= 3 &&
    name.length <= 63 &&
    /^[a-z0-9]+(-[a-z0-9]+)*$/.test(name);
  if (valid) return name;
  throw invalid(
    name === undefined
      ? 'Azure Blob Storage needs the name of a container.'
      : 'This is no name that a container of Azure Blob Storage can have.',
    'Use 3 to 63 lower-case letters, digits and single hyphens, with a letter or digit at both ends.',
  );
}

function invalid(message: string, hint: string): PersistenceError {
  return new PersistenceError('OPTION_INVALID', message, { hint });
}
