import { Injectable } from '@nestjs/common';
import { compatibleOf, COMPATIBLES, S3Store, type S3StoreOptions } from '../../storage';
import type { ObjectStore } from '../../storage/object-store';
import type { S3Settings } from './s3-settings';

/**
 * Opens buckets for the module, on the app's thread. Its class is its token: a module of yours that provides and exports
 * it, given as `imports` to `PersistenceModule.forRootAsync()`, goes before ours, so that a client or credentials from
 * dependency injection can be used; `overrideProvider(S3StorageProvider)` replaces it in tests.
 */
@Injectable()
export class S3StorageProvider {
  /** Rejects with a `StoreError` or `PersistenceError` where the bucket cannot be used. The SDK is loaded here. */
  async open(settings: S3Settings): Promise<ObjectStore> {
    const { key: _, ...options } = settings;
    return S3Store.open(asTheServiceWants(options));
  }
}

/** What is known of the service fills what the settings leave out. A server that nobody knows is left to the provider. */
function asTheServiceWants(options: S3StoreOptions): S3StoreOptions {
  const service = compatibleOf(options.endpoint);
  const isKnown = COMPATIBLES.some(({ name }) => name === service.name);
  if (options.endpoint === undefined || !isKnown) return options;
  const bareIfMatch = options.bareIfMatch ?? service.bareIfMatch;
  // A client of the app's own is configured already.
  if (options.client !== undefined) return { ...options, bareIfMatch };
  const region = options.region ?? service.region;
  return {
    ...options,
    ...(region === undefined ? {} : { region }),
    forcePathStyle: options.forcePathStyle ?? service.forcePathStyle,
    bareIfMatch,
    headers: { ...service.headers, ...options.headers },
  };
}
