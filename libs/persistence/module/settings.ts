import os from 'node:os';
import path from 'node:path';
import { PersistenceError } from '../../errors';
import { localPathOf } from '../storage/database-url';
import { planStorage, type StoragePlan } from '../storage/storage-plan';
import { applicationName } from './application-name';
import { databaseEnvironment, type Environment } from './environment';
import { checkOptions, OPTION_DEFAULTS } from './options.schema';
import type { PersistenceOptions } from './persistence-options';

export const IN_MEMORY = ':memory:';

/** Everything decided about one database before anything is opened or changed. */
export interface PersistenceSettings {
  readonly name: string;
  readonly enabled: boolean;
  /** Absolute path of the local file, or `:memory:`. */
  readonly path: string;
  /** Nobody named the file, so it lies in the system's folder for temporary files. */
  readonly pathIsTemporary: boolean;
  readonly storage: StoragePlan;
  readonly application: string;
  readonly publishIntervalMs: number;
  readonly flushTimeoutMs: number;
  readonly transactionMaxMs: number;
  readonly shutdownTimeoutMs: number;
  readonly lagMaxMs: number;
  readonly drainOnSignal: boolean;
  readonly verify: 'quick' | 'full';
}

/** Options, then environment, then defaults. Rejects what is unknown, malformed, incomplete or not built yet. Pure but for `cwd`. */
export function resolveSettings(
  name: string,
  given: unknown,
  environment: Environment,
): PersistenceSettings {
  const options = checkOptions(given);
  if (options.name !== undefined && options.name !== name) {
    throw new PersistenceError(
      'OPTION_INVALID',
      `The options name the database "${options.name}", but the module was registered as "${name}".`,
      { hint: `Write PersistenceModule.forRootAsync({ name: '${options.name}', ... }).` },
    );
  }
  const variables = databaseEnvironment(environment, name);
  const enabled = options.enabled ?? enabledBy(variables) ?? enabledBy(environment);
  const withDefaults = { ...OPTION_DEFAULTS, ...withoutUndefined(options) };
  const application = options.application ?? applicationName(process.cwd());
  const isEnabled = enabled ?? OPTION_DEFAULTS.enabled;
  const storage: StoragePlan = isEnabled
    ? planStorage(name, options.storage, variables)
    : { kind: 'none', unused: [] };
  return {
    ...withDefaults,
    ...localFile({ name, application }, options.database, variables, storage),
    name,
    enabled: isEnabled,
    storage,
    application,
  };
}

/** Two apps on one host must not meet in a file that neither of them named. */
function temporaryFile(application: string, name: string): string {
  return path.join(
    os.tmpdir(),
    'nestjs-persistence',
    application.replaceAll(/[^\w.-]+/g, '_'),
    `${name}.db`,
  );
}

function localFile(
  { name, application }: { readonly name: string; readonly application: string },
  database: string | undefined,
  variables: Environment,
  storage: StoragePlan,
): Pick<PersistenceSettings, 'path' | 'pathIsTemporary'> {
  const named =
    database ?? variables('DATABASE_PATH') ?? localPathOf(variables('DATABASE_URL') ?? '');
  if (named === undefined) {
    return storage.kind === 'none'
      ? { path: path.resolve('data', `${name}.db`), pathIsTemporary: false }
      : { path: temporaryFile(application, name), pathIsTemporary: true };
  }
  if (named === IN_MEMORY && storage.kind !== 'none') {
    throw new PersistenceError(
      'OPTION_INVALID',
      'A database in memory (":memory:") has no file that could be replicated.',
      { hint: 'Name a file, or set enabled: false for tests that need no replica.' },
    );
  }
  if (/^file:/i.test(named) || named.endsWith('/')) {
    throw new PersistenceError(
      'OPTION_INVALID',
      'The database must be named by the path of a file.',
      {
        hint: 'Correct the option "database" or the variable DATABASE_PATH, for example ./data/app.db.',
      },
    );
  }
  return {
    path: named === IN_MEMORY ? IN_MEMORY : path.resolve(named),
    pathIsTemporary: false,
  };
}

function enabledBy(environment: Environment): boolean | undefined {
  const value = environment('PERSISTENCE_ENABLED')?.toLowerCase();
  if (value === undefined) return undefined;
  if (['true', '1', 'yes', 'on'].includes(value)) return true;
  if (['false', '0', 'no', 'off'].includes(value)) return false;
  throw new PersistenceError('OPTION_INVALID', 'PERSISTENCE_ENABLED must be true or false.');
}

function withoutUndefined(options: PersistenceOptions): PersistenceOptions {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
}
