import path from 'node:path';
import { PersistenceError } from '../../errors';
import { type AzureBlobSettings, checkAzureBlobSettings } from './azure-blob-settings';
import { checkS3Settings, type S3Settings } from './s3-settings';
import { choice, memory } from './storage-choice';
import type { StoragePlan } from './storage-plan';

/** The variables of one database, asked for by the name they have for the default one. */
export interface RowVariables {
  readonly database: string;
  readonly get: (variable: string) => string | undefined;
  /** The variable as it is really called for this database. */
  readonly named: (variable: string) => string;
}

type Planned = StoragePlan extends infer Plan
  ? Plan extends { readonly because: string }
    ? Omit<Plan, 'because'>
    : never
  : never;

/** A store that the environment can ask for; first match wins. */
export interface StorageRow {
  /** What PERSISTENCE_STORAGE may call it. */
  readonly names: readonly string[];
  /** What a person calls it. */
  readonly store: string;
  /** Any of these chooses the store. */
  readonly choosing: readonly string[];
  /** These belong to it and choose nothing: alone they are half a configuration. */
  readonly belonging: readonly string[];
  /** Null where the store is not built yet. */
  readonly plan: ((variables: RowVariables) => Planned) | null;
}

/** In the order in which they are looked for. */
export const STORAGE_ROWS: readonly StorageRow[] = [
  {
    names: ['directory'],
    store: 'a folder',
    choosing: ['NETWORK_DB_PATH'],
    belonging: [],
    plan: networkPath,
  },
  {
    names: ['volume', 'vercel-volume'],
    store: 'a volume',
    choosing: ['VERCEL_VOLUME_PATH'],
    belonging: [],
    plan: volume,
  },
  {
    names: ['vercel-blob'],
    store: 'Vercel Blob',
    choosing: ['BLOB_READ_WRITE_TOKEN'],
    belonging: ['BLOB_NAME'],
    plan: null,
  },
  {
    names: ['azure', 'azure-blob'],
    store: 'Azure Blob Storage',
    choosing: ['AZURE_STORAGE_CONNECTION_STRING', 'AZURE_STORAGE_ACCOUNT'],
    belonging: ['AZURE_STORAGE_CONTAINER', 'AZURE_BLOB_NAME', 'AZURE_STORAGE_KEY'],
    plan: azureBlob,
  },
  {
    names: ['s3'],
    store: 'S3',
    choosing: ['S3_BUCKET'],
    belonging: ['S3_KEY', 'S3_ENDPOINT', 'S3_REGION', 'S3_FORCE_PATH_STYLE'],
    plan: s3,
  },
  {
    names: ['gcs'],
    store: 'Google Cloud Storage',
    choosing: ['GCS_BUCKET'],
    belonging: ['GCS_BLOB_NAME'],
    plan: null,
  },
  {
    names: ['memory'],
    store: 'memory',
    choosing: [],
    belonging: [],
    plan: ({ database }) => ({ kind: 'choice', choice: memory(), object: `${database}.db` }),
  },
];

/** Platforms set these for their own purposes, so that they choose nothing; status names them. */
export const SET_BY_PLATFORMS = [
  'AWS_ACCESS_KEY_ID',
  'AWS_SECRET_ACCESS_KEY',
  'GOOGLE_APPLICATION_CREDENTIALS',
];

function networkPath({ get, named }: RowVariables): Planned {
  const file = get('NETWORK_DB_PATH')!;
  if (/[/\\]$/.test(file)) {
    throw new PersistenceError('OPTION_INVALID', `${named('NETWORK_DB_PATH')} names a folder.`, {
      hint: 'Name a database file in it, for example /mnt/shared/app.db; the replica is kept in app.db.replica beside it.',
    });
  }
  refuseUrl(file, named('NETWORK_DB_PATH'), '/mnt/shared/app.db');
  return { kind: 'network-path', file: path.resolve(file), variable: named('NETWORK_DB_PATH') };
}

function volume({ database, get, named }: RowVariables): Planned {
  const root = get('VERCEL_VOLUME_PATH')!;
  const variable = named('VERCEL_VOLUME_PATH');
  refuseUrl(root, variable, '/mnt/volume');
  return {
    kind: 'choice',
    choice: choice({ kind: 'directory', root: path.resolve(root), volume: variable }),
    object: `${database}.db`,
  };
}

function refuseUrl(text: string, variable: string, example: string): void {
  if (!/^[a-z][a-z0-9+.-]+:\/\//i.test(text) && !/^file:/i.test(text)) return;
  throw new PersistenceError('OPTION_INVALID', `${variable} is a URL.`, {
    hint: `Write a plain path, for example ${example}.`,
  });
}

const AZURE_VARIABLES: Partial<Record<keyof AzureBlobSettings, string>> = {
  connectionString: 'AZURE_STORAGE_CONNECTION_STRING',
  account: 'AZURE_STORAGE_ACCOUNT',
  container: 'AZURE_STORAGE_CONTAINER',
  blob: 'AZURE_BLOB_NAME',
};

function azureBlob({ database, get, named }: RowVariables): Planned {
  const connectionString = get('AZURE_STORAGE_CONNECTION_STRING') ?? keyLogin(get, named);
  const account = connectionString === undefined ? get('AZURE_STORAGE_ACCOUNT') : undefined;
  if (account !== undefined) demandWholeIdentity(get, named);
  const settings = present({
    connectionString,
    account,
    container: get('AZURE_STORAGE_CONTAINER'),
    blob: get('AZURE_BLOB_NAME'),
  });
  checkAzureBlobSettings(settings, (setting) => named(AZURE_VARIABLES[setting] ?? setting));
  return {
    kind: 'choice',
    choice: choice({ kind: 'azure-blob', settings }),
    object: settings.blob ?? `${database}.db`,
  };
}

/** Account and key, as the Azure command line takes them. */
function keyLogin(get: RowVariables['get'], named: RowVariables['named']): string | undefined {
  const key = get('AZURE_STORAGE_KEY');
  const account = get('AZURE_STORAGE_ACCOUNT');
  if (key === undefined || account === undefined) return undefined;
  if (!/^[a-z0-9]{3,24}$/.test(account)) {
    throw new PersistenceError(
      'OPTION_INVALID',
      `${named('AZURE_STORAGE_ACCOUNT')} must be the plain name of the account where ${named('AZURE_STORAGE_KEY')} is set.`,
      { hint: `For other addresses set ${named('AZURE_STORAGE_CONNECTION_STRING')} instead.` },
    );
  }
  return `DefaultEndpointsProtocol=https;AccountName=${account};AccountKey=${key};EndpointSuffix=core.windows.net`;
}

/** A client secret belongs to a client of a tenant; without them another identity would be tried, silently. All three have no suffix. */
function demandWholeIdentity(get: RowVariables['get'], named: RowVariables['named']): void {
  if (get('AZURE_CLIENT_SECRET') === undefined) return;
  for (const variable of ['AZURE_TENANT_ID', 'AZURE_CLIENT_ID']) {
    if (get(variable) === undefined) throw missing(named('AZURE_CLIENT_SECRET'), named(variable));
  }
}

const S3_VARIABLES: Partial<Record<keyof S3Settings, string>> = {
  bucket: 'S3_BUCKET',
  key: 'S3_KEY',
  endpoint: 'S3_ENDPOINT',
  region: 'S3_REGION',
  accessKeyId: 'AWS_ACCESS_KEY_ID',
  secretAccessKey: 'AWS_SECRET_ACCESS_KEY',
  sessionToken: 'AWS_SESSION_TOKEN',
};

function s3({ database, get, named }: RowVariables): Planned {
  const settings = present({
    bucket: get('S3_BUCKET')!,
    key: get('S3_KEY'),
    endpoint: get('S3_ENDPOINT'),
    region: get('S3_REGION') ?? awsRegion(get),
    accessKeyId: get('AWS_ACCESS_KEY_ID'),
    secretAccessKey: get('AWS_SECRET_ACCESS_KEY'),
    sessionToken: get('AWS_SESSION_TOKEN'),
    forcePathStyle: flag(get('S3_FORCE_PATH_STYLE'), named('S3_FORCE_PATH_STYLE')),
  });
  checkS3Settings(settings, (setting) => named(S3_VARIABLES[setting] ?? setting));
  return {
    kind: 'choice',
    choice: choice({ kind: 's3', settings }),
    object: settings.key ?? `${database}.db`,
  };
}

/** The region of AWS says nothing about another service. */
function awsRegion(get: RowVariables['get']): string | undefined {
  if (get('S3_ENDPOINT') !== undefined) return undefined;
  return get('AWS_REGION') ?? get('AWS_DEFAULT_REGION');
}

function flag(text: string | undefined, variable: string): boolean | undefined {
  if (text === undefined) return undefined;
  if (/^(true|1|yes|on)$/i.test(text)) return true;
  if (/^(false|0|no|off)$/i.test(text)) return false;
  throw new PersistenceError('OPTION_INVALID', `${variable} must be true or false.`);
}

/** The fields that have a value. */
function present<T extends object>(fields: T): T {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as T;
}

/** `given` makes no sense without `absent`. */
export function missing(given: string, absent: string, consequence = ''): PersistenceError {
  return new PersistenceError(
    'STORE_SETTINGS_INCOMPLETE',
    `${given} is set, but ${absent} is not${consequence}.`,
    { hint: `Set ${absent}, or remove ${given}.` },
  );
}
