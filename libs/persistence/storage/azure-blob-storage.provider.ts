import { Injectable } from '@nestjs/common';
import { AzureBlobStore } from '../../storage';
import type { ObjectStore } from '../../storage/object-store';
import { type AzureBlobSettings, DEFAULT_CONTAINER } from './azure-blob-settings';

/**
 * Opens containers for the module, on the app's thread. Its class is its token: a module of yours that provides and
 * exports it, given as `imports` to `PersistenceModule.forRootAsync()`, goes before ours, so that a client or credentials
 * from dependency injection can be used; `overrideProvider(AzureBlobStorageProvider)` replaces it in tests.
 */
@Injectable()
export class AzureBlobStorageProvider {
  /** Rejects with a `StoreError` or `PersistenceError` where the container cannot be used. The SDK is loaded here. */
  async open(settings: AzureBlobSettings): Promise<ObjectStore> {
    const { blob: _, ...options } = settings;
    return AzureBlobStore.open({ container: DEFAULT_CONTAINER, ...options });
  }
}
