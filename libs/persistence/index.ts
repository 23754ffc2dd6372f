export { isPersistenceError, PersistenceError, type ErrorCode } from '../errors';
export type { ObjectStore } from '../storage/object-store';
export { StoreError } from '../storage/store-error';
export { Durable } from './durable/durable.decorator';
export { PersistenceHealthIndicator } from './health/persistence-health.indicator';
export { PersistenceModule } from './module/persistence.module';
export type {
  PersistenceAsyncOptions,
  PersistenceOptions,
  PersistenceOptionsFactory,
} from './module/persistence-options';
export { getStoreToken, getSyncServiceToken, InjectSyncService } from './module/tokens';
export type { FlushResult, PersistenceStatus } from './persistence-status';
export { directory, memory } from './storage/storage-choice';
export { SyncService } from './sync.service';
export type { PersistenceTypeOrmOptions } from './typeorm/typeorm-options';
