import path from 'node:path';
import { PersistenceError } from '../../errors';
import { type Environment, variableName } from '../module/environment';
import type { StorageKind } from '../persistence-status';
import { databaseUrlScheme } from './database-url';
import { isStorageChoice, type StorageOption } from './storage-choice';

/** What was decided about where the replica lives, before anything is opened. */
export type StoragePlan =
  | { readonly kind: 'none'; readonly unused: readonly string[] }
  | { readonly kind: 'network-path'; readonly file: string }
  | { readonly kind: 'option'; readonly option: StorageOption };

/** A store that the environment can ask for; first match wins. */
interface StorageRow {
  readonly store: string;
  /** Any of these chooses the store. */
  readonly choosing: readonly string[];
  /** These belong to it and choose nothing: alone they are half a configuration. */
  readonly belonging: readonly string[];
}

const NOT_BUILT_YET: readonly StorageRow[] = [
  { store: 'Vercel volumes', choosing: ['VERCEL_VOLUME_PATH'], belonging: [] },
  { store: 'Vercel Blob', choosing: ['BLOB_READ_WRITE_TOKEN'], belonging: ['BLOB_NAME'] },
  {
    store: 'Azure Blob Storage',
    choosing: ['AZURE_STORAGE_CONNECTION_STRING', 'AZURE_STORAGE_ACCOUNT'],
    belonging: ['AZURE_STORAGE_CONTAINER', 'AZURE_BLOB_NAME'],
  },
  { store: 'S3', choosing: ['S3_BUCKET'], belonging: ['S3_KEY', 'S3_ENDPOINT'] },
  { store: 'Google Cloud Storage', choosing: ['GCS_BUCKET'], belonging: ['GCS_BLOB_NAME'] },
];

/** Platforms set these for their own purposes, so that they choose nothing; status names them. */
const SET_BY_PLATFORMS = [
  'AWS_ACCESS_KEY_ID',
  'AWS_SECRET_ACCESS_KEY',
  'GOOGLE_APPLICATION_CREDENTIALS',
];

/**
 * Decides where the replica of `database` lives: the option, else the first match in the environment. Pure. A store that
 * is named but not built yet, and half a configuration, are errors: data must never end up local only by accident.
 */
export function planStorage(
  database: string,
  option: StorageOption | undefined,
  variables: Environment,
): StoragePlan {
  if (option !== undefined) return { kind: 'option', option };
  const named = (variable: string) => variableName(variable, database);
  refuseServers(variables('DATABASE_URL'), named('DATABASE_URL'));
  if (variables('PERSISTENCE_STORAGE') !== undefined) {
    throw notSupportedYet(named('PERSISTENCE_STORAGE'), 'choosing a store by name');
  }
  const file = variables('NETWORK_DB_PATH');
  if (file !== undefined) return { kind: 'network-path', file: networkFile(file, named) };
  for (const row of NOT_BUILT_YET) refuseRow(row, variables, named);
  return { kind: 'none', unused: SET_BY_PLATFORMS.filter((name) => variables(name) !== undefined) };
}

export function storageKind(plan: StoragePlan): StorageKind {
  if (plan.kind === 'none') return 'none';
  if (plan.kind === 'network-path') return 'directory';
  return isStorageChoice(plan.option) ? plan.option.kind : 'custom';
}

function networkFile(file: string, named: (variable: string) => string): string {
  if (/[/\\]$/.test(file)) {
    throw new PersistenceError('OPTION_INVALID', `${named('NETWORK_DB_PATH')} names a folder.`, {
      hint: 'Name a database file in it, for example /mnt/shared/app.db; the replica is kept in app.db.replica beside it.',
    });
  }
  if (/^[a-z][a-z0-9+.-]+:\/\//i.test(file) || /^file:/i.test(file)) {
    throw new PersistenceError('OPTION_INVALID', `${named('NETWORK_DB_PATH')} is a URL.`, {
      hint: 'Write a plain path, for example /mnt/shared/app.db.',
    });
  }
  return path.resolve(file);
}

function refuseRow(
  row: StorageRow,
  variables: Environment,
  named: (variable: string) => string,
): void {
  const isSet = (variable: string) => variables(variable) !== undefined;
  const choosing = row.choosing.find(isSet);
  if (choosing !== undefined) throw notSupportedYet(named(choosing), row.store);
  const belonging = row.belonging.find(isSet);
  if (belonging === undefined) return;
  const missing = row.choosing.map(named).join(' or ');
  throw new PersistenceError(
    'STORE_SETTINGS_INCOMPLETE',
    `${named(belonging)} is set, but ${missing} is not, so no store is chosen.`,
    { hint: `Set ${missing}, or remove ${named(belonging)}.` },
  );
}

/** A PostgreSQL that is asked for must not become an empty local file. */
function refuseServers(url: string | undefined, variable: string): void {
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
      hint: `Remove ${variable} and set NETWORK_DB_PATH to a file on storage that outlives the container, or pass your own ObjectStore as the option "storage".`,
    },
  );
}
