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
    if (candidate.plan === null) throw notSupportedYet(row.named(variable), candidate.store, row);
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
  if (NO_STORE.includes(wanted))
    return { kind: 'none', unused: [], because: `${variable} is ${wanted}` };
  if (SERVERS.includes(wanted)) throw notSupportedYet(`${variable}=${wanted}`, 'PostgreSQL', row);
  const found = STORAGE_ROWS.find(({ names }) => names.includes(wanted));
  if (found === undefined) {
    const known = [...STORAGE_ROWS.flatMap(({ names }) => names), ...NO_STORE];
    throw new PersistenceError('OPTION_INVALID', `${variable} names no store that is known.`, {
      hint: `Set it to one of: ${known.join(', ')}.`,
    });
  }
  if (found.plan === null) throw notSupportedYet(`${variable}=${wanted}`, found.store, row);
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
      hint: `Set ${either(candidate, row)}, or remove ${given}. If it belongs to something else, ${nameTheStore(row)}`,
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
function refuseServers(row: RowVariables): void {
  const { get, named } = row;
  const url = get('DATABASE_URL');
  const variable = named('DATABASE_URL');
  const scheme = url === undefined ? undefined : databaseUrlScheme(url);
  if (scheme === undefined || scheme === 'file' || scheme === 'sqlite') return;
  if (['postgres', 'postgresql', 'cockroachdb'].includes(scheme)) {
    throw notSupportedYet(`${variable} (${scheme}:)`, 'PostgreSQL', row);
  }
  throw new PersistenceError(
    'DATABASE_URL_UNSUPPORTED',
    `${variable} has the scheme "${scheme}:", which is no database this module knows.`,
    {
      hint: `For a local database file write file:<path> or sqlite:<path>. If it is meant for something else, ${nameTheStore(row)}`,
    },
  );
}

/** The variable may be there for something else in the app, so that removing it is no way out. */
function notSupportedYet(variable: string, what: string, row: RowVariables): PersistenceError {
  return new PersistenceError(
    'NOT_SUPPORTED_YET',
    `${variable} asks for ${what}, which is not built yet.`,
    {
      hint: `If it is meant for something else, or another store will do, ${nameTheStore(row)} Your own ObjectStore as the option "storage" goes before all variables.`,
    },
  );
}

/** How to say which store is meant, with what is set already: the end of a hint. */
function nameTheStore(row: RowVariables): string {
  const variable = row.named('PERSISTENCE_STORAGE');
  const built = STORAGE_ROWS.filter(({ plan, choosing }) => plan !== null && choosing.length > 0);
  for (const each of built) {
    const given = each.choosing.find((name) => row.get(name) !== undefined);
    if (given === undefined) continue;
    return `set ${variable}=${each.names[0]} (${row.named(given)} is set): then nothing else is looked at.`;
  }
  const known = built.map((each) => `${each.names[0]} (with ${either(each, row)})`);
  return `name the store yourself in ${variable}: ${known.join(', ')}, or none for a local file alone.`;
}
