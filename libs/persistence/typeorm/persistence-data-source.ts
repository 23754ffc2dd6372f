import { mkdirSync } from 'node:fs';
import path from 'node:path';
import type { DataSource } from 'typeorm';
import { PersistenceError } from '../../errors';
import { appEnvironment, databaseEnvironment, type Environment } from '../module/environment';
import { applicationName } from '../module/application-name';
import { IN_MEMORY, localFile } from '../module/local-file';
import { checkName, OPTION_VARIABLES } from '../module/options.schema';
import { detectPlatform } from '../platform/detect-platform';
import { planStorage } from '../storage/detect-storage';
import { checkTypeOrmSettings, type TypeOrmSettings } from './typeorm-settings';

export type PersistenceDataSourceOptions = Omit<TypeOrmSettings, 'name'> & {
  /** Of the database (default `app`). */
  readonly name?: string;
  /** The local file; left out: the one that the app would work on. */
  readonly database?: string;
};

/**
 * A DataSource for TypeORM's own command line (`typeorm migration:generate -d data-source.ts`). It opens the local file of
 * the app and nothing else: no store is read or written, whatever the environment says, so that nothing done with it on a
 * laptop reaches production. Not for the app itself, which uses `PersistenceModule.typeOrm()`.
 *
 * @example export default persistenceDataSource({ entities: [User], migrations: ['migrations/*.ts'] });
 */
export function persistenceDataSource(options: PersistenceDataSourceOptions = {}): DataSource {
  const { name: given, database, ...settings } = options;
  const name = checkName(given);
  checkTypeOrmSettings(settings);
  const file = fileOf(name, database);
  if (file !== IN_MEMORY) mkdirSync(path.dirname(file), { recursive: true });
  const { DataSource: Constructor } = require('typeorm') as typeof import('typeorm');
  return new Constructor({
    ...settings,
    type: 'better-sqlite3',
    database: file,
    enableWAL: true,
  } as ConstructorParameters<typeof DataSource>[0]);
}

function fileOf(name: string, database: string | undefined): string {
  const environment = appEnvironment(undefined);
  const variables = databaseEnvironment(environment, name);
  return localFile({
    name,
    application: variables(OPTION_VARIABLES.application) ?? applicationName(process.cwd()),
    database,
    storage: { kind: storageOf(name, variables) },
    platform: detectPlatform(environment),
    variables,
  }).path;
}

/** Only whether there is one matters here; settings that the app would refuse are the app's business. */
function storageOf(name: string, variables: Environment): 'none' | 'own' {
  if (variables(OPTION_VARIABLES.database) === IN_MEMORY) return 'none';
  try {
    return planStorage(name, undefined, variables).kind === 'none' ? 'none' : 'own';
  } catch (error) {
    if (error instanceof PersistenceError) return 'none';
    throw error;
  }
}
