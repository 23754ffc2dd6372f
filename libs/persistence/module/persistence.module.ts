import {
  type DynamicModule,
  Global,
  Inject,
  Logger,
  Module,
  Optional,
  type Provider,
} from '@nestjs/common';
import { ModuleRef } from '@nestjs/core';
import type { TypeOrmModuleAsyncOptions } from '@nestjs/typeorm';
import type { ObjectStore } from '../../storage/object-store';
import { composeLife } from '../database/compose-life';
import type { DatabaseLife } from '../database/database-life';
import { openStore } from '../database/open-store';
import { DurabilityModule } from '../durable/durability.module';
import { DurableDatabases } from '../durable/durable-databases';
import { PersistenceHealthIndicator } from '../health/persistence-health.indicator';
import { PersistenceLifecycleModule } from '../lifecycle/persistence-lifecycle.module';
import { errorLine } from '../log/event-log';
import { AzureBlobStorageProvider } from '../storage/azure-blob-storage.provider';
import { S3StorageProvider } from '../storage/s3-storage.provider';
import { StorageProvidersModule } from '../storage/storage-providers.module';
import { TakenPlaces } from '../storage/taken-places';
import { SyncService } from '../sync.service';
import { type PersistenceTypeOrmOptions, typeOrmAsyncOptions } from '../typeorm/typeorm-options';
import { optionsProviders } from './async-options';
import { configServiceDependency } from './config-service';
import { DEFAULT_NAME } from './default-name';
import { appEnvironment, type ConfigReader } from './environment';
import { InjectionCheckModule } from './injection-check.module';
import { checkName } from './options.schema';
import type { PersistenceAsyncOptions, PersistenceOptions } from './persistence-options';
import { logFailure } from './log-failure';
import { moduleWithoutOptions } from './module-missing';
import { type PersistenceSettings, resolveSettings } from './settings';
import {
  CONFIGURED,
  getStoreToken,
  getSyncServiceToken,
  lifeToken,
  optionsToken,
  presenceToken,
  settingsToken,
} from './tokens';

/**
 * Keeps a database in one local file and every commit of it in a store.
 *
 * @example
 * imports: [
 *   PersistenceModule.forRoot(),
 *   TypeOrmModule.forRootAsync(PersistenceModule.typeOrm({ entities: [User] })),
 * ]
 */
@Global()
@Module({ imports: [InjectionCheckModule] })
export class PersistenceModule {
  /** Refuses the bare class where no `forRoot()` is in the app: it would start, and store nothing. */
  constructor(@Optional() @Inject(CONFIGURED) configured: true | undefined) {
    if (configured) return;
    const error = moduleWithoutOptions();
    new Logger('Persistence').error(errorLine(error));
    throw error;
  }

  /** With options given here; what is left out comes from the environment, read when the app starts. */
  static forRoot(options: PersistenceOptions = {}): DynamicModule {
    const name = checkName(options?.name);
    return databaseModule(name, [{ provide: optionsToken(name), useValue: options ?? {} }]);
  }

  /** With options that other providers know (`useFactory`, `useClass` or `useExisting`). */
  static forRootAsync(options: PersistenceAsyncOptions): DynamicModule {
    const name = checkName(options?.name);
    return databaseModule(name, optionsProviders(name, options), options.imports);
  }

  /**
   * For `TypeOrmModule.forRootAsync(PersistenceModule.typeOrm({ entities: [User] }))`: TypeORM then waits for the restore
   * and opens the database on better-sqlite3, in WAL mode. Takes TypeORM's options but `type` and `database`, or
   * `{ imports, inject, useFactory }`; with `name`, for the database of that name.
   */
  static typeOrm(options: PersistenceTypeOrmOptions = {}): TypeOrmModuleAsyncOptions {
    return typeOrmAsyncOptions(options);
  }
}

function databaseModule(
  name: string,
  options: Provider[],
  imports: DynamicModule['imports'] = [],
): DynamicModule {
  return {
    module: PersistenceModule,
    // The app's own modules go first: one of them may export a storage provider in place of ours.
    imports: [
      ...imports,
      StorageProvidersModule,
      DurabilityModule,
      PersistenceLifecycleModule.register(name),
    ],
    providers: [...options, ...databaseProviders(name), PersistenceHealthIndicator],
    exports: [
      getSyncServiceToken(name),
      getStoreToken(name),
      lifeToken(name),
      presenceToken(name),
      // Global, so that the bare class in a module of the app is harmless beside it.
      CONFIGURED,
      PersistenceHealthIndicator,
    ],
  };
}

/** options -> settings -> store -> life -> service, each replaceable in tests. */
function databaseProviders(name: string): Provider[] {
  const logger = new Logger(name === DEFAULT_NAME ? 'Persistence' : `Persistence:${name}`);
  return [
    { provide: presenceToken(name), useValue: true },
    { provide: CONFIGURED, useValue: true },
    {
      provide: settingsToken(name),
      inject: [optionsToken(name), TakenPlaces, configServiceDependency()],
      useFactory: (options: unknown, places: TakenPlaces, config?: ConfigReader) =>
        logFailure(logger, async () => {
          places.takeName(name);
          const settings = resolveSettings(name, options, appEnvironment(config));
          places.takePlace(name, settings.storage);
          await places.takeFile(name, settings.path, settings.storage);
          return settings;
        }),
    },
    {
      provide: getStoreToken(name),
      inject: [settingsToken(name), ModuleRef, S3StorageProvider, AzureBlobStorageProvider],
      useFactory: (
        settings: PersistenceSettings,
        moduleRef: ModuleRef,
        s3: S3StorageProvider,
        azureBlob: AzureBlobStorageProvider,
      ) =>
        logFailure(logger, () =>
          openStore(settings.storage, {
            instantiate: (type) => moduleRef.create(type),
            s3,
            azureBlob,
          }),
        ),
    },
    {
      provide: lifeToken(name),
      inject: [settingsToken(name), getStoreToken(name), DurableDatabases],
      useFactory: (
        settings: PersistenceSettings,
        store: ObjectStore | null,
        databases: DurableDatabases,
      ) =>
        logFailure(logger, async () => {
          const life = await composeLife(settings, store, logger);
          databases.add(life);
          return life;
        }),
    },
    {
      provide: getSyncServiceToken(name),
      inject: [lifeToken(name)],
      useFactory: (life: DatabaseLife) => new SyncService(life),
    },
  ];
}
