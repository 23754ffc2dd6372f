import { PersistenceError } from '../../errors';
import { type Environment, variableName } from '../module/environment';
import { databaseUrlScheme } from './database-url';
import { isStorageChoice, type StorageOption } from './storage-choice';
import type { StoragePlan } from './storage-plan';
import {
  missing,
  type RowVariables,
  SET_BY_PLATFORMS,
  STORAGE_ROWS,
  type StorageRow,
} from './storage-rows';

/** Values of PERSISTENCE_STORAGE that ask for no store. */
const NO_STORE = ['none', 'local'];

/** Values of PERSISTENCE_STORAGE that are no store of files. */
const SERVERS = ['postgres', 'postgresql'];

/**
 * Decides where the replica of `database` lives: the option, else what PERSISTENCE_STORAGE names, else the first match in
 * the environment. Pure. A store that is named but not built yet, and half a configuration, are errors: data must never
 * end up local only by accident.
 */
export function planStorage(
  database: string,
  option: StorageOption | undefined,
  variables: Environment,
): StoragePlan {
  if (option !== undefined) return planOption(database, option);
  const row: RowVariables = {
    database,
    get: variables,
    named: (variable) => variableName(variable, database),
  };
  const wanted = variables('PERSISTENCE_STORAGE');
  if (wanted !== undefined) return planNamed(wanted.toLowerCase(), row);
  refuseServers(row);
  for (const candidate of STORAGE_ROWS) {
    const variable = choosingVariable(candidate, row);
    if (variable === undefined) continue;
    if (candidate.plan === null) throw notSupportedYet(row.named(variable), candidate.store);
    return planRow(candidate.plan, row, `${row.named(variable)} is set`);
  }
  return unplanned(row);
}

function planOption(database: string, option: StorageOption): StoragePlan {
  const because = 'the option storage';
  const object = `${database}.db`;
  if (!isStorageChoice(option)) return { kind: 'own', store: option, object, because };
  const named =
    option.kind === 's3'
      ? option.settings.key
      : option.kind === 'azure-blob'
        ? option.settings.blob
        : undefined;
  return { kind: 'choice', choice: option, object: named ?? object, because };
}

/** PERSISTENCE_STORAGE goes before every row, and looks at the variables of its own row only. */
function planNamed(wanted: string, row: RowVariables): StoragePlan {
  const variable = row.named('PERSISTENCE_STORAGE');
  if (NO_STORE.includes(wanted)) return unplanned(row);
  if (SERVERS.includes(wanted)) throw notSupportedYet(`${variable}=${wanted}`, 'PostgreSQL');
  const found = STORAGE_ROWS.find(({ names }) => names.includes(wanted));
  if (found === undefined) {
    const known = [...STORAGE_ROWS.flatMap(({ names }) => names), ...NO_STORE];
    throw new PersistenceError('OPTION_INVALID', `${variable} names no store that is known.`, {
      hint: `Set it to one of: ${known.join(', ')}.`,
    });
  }
  if (found.plan === null) throw notSupportedYet(`${variable}=${wanted}`, found.store);
  if (found.choosing.length > 0) {
    const isSet = found.choosing.some((each) => row.get(each) !== undefined);
    if (!isSet) throw missing(`${variable}=${wanted}`, either(found, row));
  }
  return planRow(found.plan, row, `${variable} is ${wanted}`);
}

function planRow(
  plan: NonNullable<StorageRow['plan']>,
  row: RowVariables,
  because: string,
): StoragePlan {
  return { ...plan(row), because } as StoragePlan;
}

/** The variable by which a row is chosen; half a configuration of it is an error. */
function choosingVariable(candidate: StorageRow, row: RowVariables): string | undefined {
  const isSet = (variable: string) => row.get(variable) !== undefined;
  const choosing = candidate.choosing.find(isSet);
  if (choosing !== undefined) return choosing;
  const belonging = candidate.belonging.find(isSet);
  if (belonging === undefined) return undefined;
  const given = row.named(belonging);
  throw new PersistenceError(
    'STORE_SETTINGS_INCOMPLETE',
    `${given} is set, but ${either(candidate, row)} is not, so no store is chosen.`,
    {
      hint: `Set ${either(candidate, row)}, or remove ${given}. If it belongs to something else, name the store yourself, for example ${row.named('PERSISTENCE_STORAGE')}=none.`,
    },
  );
}

function either({ choosing }: StorageRow, { named }: RowVariables): string {
  return choosing.map(named).join(' or ');
}

function unplanned({ get }: RowVariables): StoragePlan {
  return { kind: 'none', unused: SET_BY_PLATFORMS.filter((name) => get(name) !== undefined) };
}

/** A PostgreSQL that is asked for must not become an empty local file. */
function refuseServers({ get, named }: RowVariables): void {
  const url = get('DATABASE_URL');
  const variable = named('DATABASE_URL');
  const scheme = url === undefined ? undefined : databaseUrlScheme(url);
  if (scheme === undefined || scheme === 'file' || scheme === 'sqlite') return;
  if (['postgres', 'postgresql', 'cockroachdb'].includes(scheme)) {
    throw notSupportedYet(`${variable} (${scheme}:)`, 'PostgreSQL');
  }
  throw new PersistenceError(
    'DATABASE_URL_UNSUPPORTED',
    `${variable} has the scheme "${scheme}:", which is no database this module knows.`,
  );
}

function notSupportedYet(variable: string, what: string): PersistenceError {
  return new PersistenceError(
    'NOT_SUPPORTED_YET',
    `${variable} asks for ${what}, which is not built yet.`,
    {
      hint: `Remove ${variable} and use what is there: NETWORK_DB_PATH (a file on storage that outlives the container), AZURE_STORAGE_ACCOUNT, S3_BUCKET, or your own ObjectStore as the option "storage".`,
    },
  );
}
