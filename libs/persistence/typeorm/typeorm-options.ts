import { type FactoryProvider, Logger, type ModuleMetadata } from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import type {
  TypeOrmDataSourceFactory,
  TypeOrmModuleAsyncOptions,
  TypeOrmModuleOptions,
} from '@nestjs/typeorm';
import { setImmediate } from 'node:timers/promises';
import type { DataSource, DataSourceOptions } from 'typeorm';
import type { DatabaseLife } from '../database/database-life';
import { PersistenceError } from '../../errors';
import { DEFAULT_NAME } from '../module/default-name';
import { InjectionCheckModule } from '../module/injection-check.module';
import { logFailure } from '../module/log-failure';
import { moduleMissing } from '../module/module-missing';
import { lifeToken, presenceToken } from '../module/tokens';
import { checkDataSource } from './check-data-source';
import { isolateDatabase } from './isolate-database';
import { prepareConnection, prepareStockConnection } from './prepare-connection';
import { trackDataSource } from './tracked-data-source';
import { checkTypeOrmSettings, type TypeOrmSettings } from './typeorm-settings';

export interface PersistenceTypeOrmAsyncOptions extends Pick<ModuleMetadata, 'imports'> {
  /** Of the database and of the DataSource. */
  readonly name?: string;
  readonly inject?: FactoryProvider['inject'];
  readonly useFactory: (
    // oxlint-disable-next-line typescript/no-explicit-any -- what Nest injects has no common type
    ...dependencies: any[]
  ) => TypeOrmSettings | Promise<TypeOrmSettings>;
  readonly dataSourceFactory?: TypeOrmDataSourceFactory;
}

export type PersistenceTypeOrmOptions =
  | (TypeOrmSettings & {
      readonly useFactory?: undefined;
      readonly dataSourceFactory?: TypeOrmDataSourceFactory;
    })
  | PersistenceTypeOrmAsyncOptions;

/** What goes from the options factory, which Nest injects into, to the DataSource factory, which it does not. */
const CARRIED = Symbol('nestjs-persistence');

interface Carried {
  readonly life: DatabaseLife;
  readonly stock: boolean;
}

type CarryingOptions = DataSourceOptions & { [CARRIED]?: Carried };

export function typeOrmAsyncOptions(options: PersistenceTypeOrmOptions): TypeOrmModuleAsyncOptions {
  const { name = DEFAULT_NAME } = options;
  const { imports = [], inject = [], useFactory } = asAsync(options);
  return {
    ...(name === DEFAULT_NAME ? {} : { name }),
    imports: [...imports, InjectionCheckModule],
    inject: [
      { token: presenceToken(name), optional: true },
      { token: lifeToken(name), optional: true },
      ModulesContainer,
      ...inject,
    ],
    useFactory: async (
      present: true | undefined,
      life: DatabaseLife | undefined,
      modules: ModulesContainer,
      ...dependencies: unknown[]
    ) => {
      if (present === undefined) throw moduleMissing(name);
      if (life === undefined) return yieldToItsError(name);
      const settings = checkTypeOrmSettings(await useFactory(...dependencies));
      // Before the start, so that an app that is refused has begun no history. What TypeORM has not built yet is looked
      // at again before the app listens.
      await logFailure(new Logger('Persistence'), () => checkDataSource(life, modules));
      const { path } = await life.ready();
      return sqliteOptions(settings, path, life);
    },
    dataSourceFactory: dataSourceFactory(options.dataSourceFactory),
  };
}

function asAsync(
  options: PersistenceTypeOrmOptions,
): Pick<PersistenceTypeOrmAsyncOptions, 'imports' | 'inject' | 'useFactory'> {
  if (options.useFactory !== undefined) return options;
  const { useFactory: _, dataSourceFactory: __, ...settings } = options;
  return { useFactory: () => settings };
}

/**
 * Nest injects undefined for an optional dependency also where building it failed, and that error is on its way to the
 * app through the module that owns it. It explains more than ours, so it goes first.
 */
async function yieldToItsError(name: string): Promise<never> {
  await setImmediate();
  throw new PersistenceError('INTERNAL', `The database "${name}" could not be set up.`, {
    hint: 'The error logged before this one says why.',
  });
}

function sqliteOptions(
  { dataSource, ...settings }: TypeOrmSettings,
  path: string,
  life: DatabaseLife,
): TypeOrmModuleOptions {
  const stock = dataSource === 'stock';
  const prepare = stock ? prepareStockConnection : prepareConnection;
  return {
    // TypeORM's default of ten attempts, 3 s apart, repeats a failing migration.
    retryAttempts: 1,
    ...settings,
    type: 'better-sqlite3',
    database: path,
    enableWAL: true,
    prepareDatabase: prepare(life, settings.prepareDatabase),
    [CARRIED]: { life, stock } satisfies Carried,
  } as TypeOrmModuleOptions;
}

function dataSourceFactory(own: TypeOrmDataSourceFactory | undefined): TypeOrmDataSourceFactory {
  return async (options) => {
    const { [CARRIED]: carried, ...plain } = options as CarryingOptions;
    const dataSource = await (own ?? newDataSource)(plain as DataSourceOptions);
    if (carried === undefined) return dataSource;
    const { life, stock } = carried;
    if (!stock) await isolateDatabase(dataSource, life);
    return trackDataSource(dataSource, life, isLastAttempt(options as TypeOrmModuleOptions));
  };
}

/** Nest would try again with the same life where the app asks for more attempts than one. */
function isLastAttempt({ retryAttempts = 1 }: TypeOrmModuleOptions): boolean {
  return retryAttempts <= 1;
}

function newDataSource(options?: DataSourceOptions): Promise<DataSource> {
  const { DataSource: Constructor } = require('typeorm') as typeof import('typeorm');
  return Promise.resolve(new Constructor(options!));
}
