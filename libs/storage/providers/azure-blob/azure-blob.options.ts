/**
 * Where the objects are. One of `connectionString`, `account` and `client` says which account.
 */
export interface AzureBlobStoreOptions {
  /**
   * Name of the container: 3 to 63 lower-case letters, digits and single hyphens. Created where it is absent and the
   * identity may create it. Not needed beside `client`.
   */
  readonly container?: string;
  /** As the portal shows it under "Access keys", or one with a shared access signature. */
  readonly connectionString?: string;
  /**
   * Name of the storage account, or the address of its blob service (`https://<account>.blob.core.windows.net`, other
   * clouds have other names). Access by Microsoft Entra ID: `credential`, or what `DefaultAzureCredential` finds (the
   * managed identity of the host; a user-assigned one by `AZURE_CLIENT_ID`). Needs the package `@azure/identity`, unless a
   * `credential` is given.
   */
  readonly account?: string;
  /** Beside `account`: any `TokenCredential` of `@azure/identity`. */
  readonly credential?: AzureTokenCredential;
  /**
   * A `ContainerClient` of `@azure/storage-blob`, made by the app. Make it with `retryOptions: { maxTries: 1 }`: tries are
   * repeated by this library, and tries of both multiply.
   */
  readonly client?: AzureContainerClient;
}

/** What of a `TokenCredential` is needed; written down here so that no types of the SDK are. */
export interface AzureTokenCredential {
  getToken(
    scopes: string | string[],
  ): Promise<{ readonly token: string; readonly expiresOnTimestamp: number } | null>;
}

/** By what a `ContainerClient` is recognised; written down here so that no types of the SDK are needed. */
export interface AzureContainerClient {
  readonly accountName: string;
  readonly containerName: string;
  readonly url: string;
  getBlockBlobClient(blobName: string): object;
}
