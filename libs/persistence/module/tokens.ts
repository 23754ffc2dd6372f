import { Inject, type InjectionToken } from '@nestjs/common';
import { SyncService } from '../sync.service';

/** The database that variables and tokens without a name belong to. */
export const DEFAULT_NAME = 'app';

/** Token of the `SyncService` of a named database; the class itself for the default one. */
export function getSyncServiceToken(name: string = DEFAULT_NAME): InjectionToken<SyncService> {
  return name === DEFAULT_NAME ? SyncService : `PERSISTENCE_SYNC_SERVICE:${name}`;
}

/** Injects the `SyncService` of a named database: `@InjectSyncService('orders') private readonly sync: SyncService`. */
export function InjectSyncService(name?: string): PropertyDecorator & ParameterDecorator {
  return Inject(getSyncServiceToken(name));
}

/** Token of the `ObjectStore` that holds the replica of a database (null where there is none); override it in tests. */
export function getStoreToken(name: string = DEFAULT_NAME): string {
  return `PERSISTENCE_STORE:${name}`;
}
