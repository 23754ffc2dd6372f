import { Inject, type InjectionToken } from '@nestjs/common';
import { SyncService } from '../sync.service';
import { DEFAULT_NAME } from './default-name';

/** Token of the `SyncService` of a named database; the class itself for the default one. */
export function getSyncServiceToken(name: string = DEFAULT_NAME): InjectionToken<SyncService> {
  return name === DEFAULT_NAME ? SyncService : `${BEFORE_NAME}${name}${BEHIND_NAME}`;
}

/** Nest shows the token where it finds no provider for it, and nothing else of ours. */
const BEFORE_NAME = "SyncService of PersistenceModule.forRoot({ name: '";
const BEHIND_NAME = "' })";

/** The name in such a token; undefined for any other text. */
export function nameOfSyncServiceToken(token: string): string | undefined {
  if (!token.startsWith(BEFORE_NAME) || !token.endsWith(BEHIND_NAME)) return undefined;
  return token.slice(BEFORE_NAME.length, -BEHIND_NAME.length);
}

/** Injects the `SyncService` of a named database: `@InjectSyncService('orders') private readonly sync: SyncService`. */
export function InjectSyncService(name?: string): PropertyDecorator & ParameterDecorator {
  return Inject(getSyncServiceToken(name));
}

/** Token of the `ObjectStore` that holds the replica of a database (null where there is none); override it in tests. */
export function getStoreToken(name: string = DEFAULT_NAME): string {
  return `PERSISTENCE_STORE:${name}`;
}

/** The options as the app gave them, not yet checked. */
export const optionsToken = (name: string): string => `PERSISTENCE_OPTIONS:${name}`;

/** The `PersistenceSettings` that were decided. */
export const settingsToken = (name: string): string => `PERSISTENCE_SETTINGS:${name}`;

/** The `DatabaseLife`. */
export const lifeToken = (name: string): string => `PERSISTENCE_LIFE:${name}`;

/** Present wherever the module is imported, whatever becomes of the rest. */
export const presenceToken = (name: string): string => `PERSISTENCE_PRESENT:${name}`;

/** Present where the module is imported with options, for whichever database. */
export const CONFIGURED = 'PERSISTENCE_CONFIGURED';
