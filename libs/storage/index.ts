export { abortable } from './abortable';
export type * from './object-store';
export { type Clock, systemClock } from './clock';
export { type Compatible, compatibleOf, COMPATIBLES } from './compatibles';
export { compareKeys } from './keys';
export { type Cost, costOf, type PricedStore, STORE_PRICES, type StorePrices } from './prices';
export {
  AzureBlobStore,
  type AzureBlobStoreOptions,
  type AzureContainerClient,
  type AzureTokenCredential,
} from './providers/azure-blob';
export { DirectoryStore } from './providers/directory/directory.store';
export { MemoryStore, type MemoryStoreOptions } from './providers/memory/memory.store';
export { type S3ClientLike, S3Store, type S3StoreOptions } from './providers/s3';
export { readBody } from './read-body';
export { isStoreError, StoreError, type StoreErrorKind } from './store-error';
export { bucketLayout } from './wrappers/bucket-layout';
export { counted } from './wrappers/counted';
export { prefixed } from './wrappers/prefixed';
export {
  RequestCounter,
  type RequestCounts,
  type RequestPeriod,
  type RequestSnapshot,
} from './wrappers/request-counter';
export { type DeadlineOptions, withDeadline } from './wrappers/with-deadline';
export { type LimitOptions, withLimit } from './wrappers/with-limit';
export { type RetryChance, type RetryOptions, withRetry } from './wrappers/with-retry';
