import { existsSync, statSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { PersistenceError } from '../../errors';
import { DEFAULT_NAME } from '../module/default-name';
import { appEnvironment } from '../module/environment';
import { type PersistenceSettings, resolveSettings } from '../module/settings';
import { placeOf } from '../storage/storage-place';
import { openStore } from './open-store';
import { type RescueHints, rescueHints } from './rescue-hints';
import { accessStore, firstFile, type PlainFile, type StoreAccess } from './store-access';

export interface OutsideOptions {
  /** Name of the database (default `app`). */
  readonly database?: string | undefined;
  /** The folder of the replica, as a path or a `file://` URL, where no variable names the store. */
  readonly replica?: string | undefined;
}

/** A replica as somebody sees it who does not run the app: same settings, no ownership. */
export interface OutsideView {
  readonly settings: PersistenceSettings;
  /** Where the replica lies, and what decided that, for people. */
  readonly place: string;
  readonly because: string;
  readonly access: StoreAccess;
  /** The plain database file; undefined where it can be seen that there is none. */
  readonly plain: PlainFile | undefined;
  readonly hints: RescueHints;
}

const REPLICA_SUFFIX = '.replica';

/** What the app's environment says about a database. Opens nothing. */
export function settingsFromOutside({
  database = DEFAULT_NAME,
  replica,
}: OutsideOptions): PersistenceSettings {
  // Reading needs no promise about writers, and is wanted also where the app is switched off.
  const options = { enabled: true, ownership: 'trusted' } as const;
  const settings = resolveSettings(
    database,
    { name: database, ...options },
    appEnvironment(undefined),
  );
  if (replica === undefined) return settings;
  const file = databaseFileOf(replica);
  return { ...settings, storage: { kind: 'network-path', file, because: 'the option --replica' } };
}

/**
 * Opens the store that the app would use. Creates nothing: a folder that is not there is `RESTORE_POINT_UNKNOWN`.
 * Rejects as `resolveSettings` and the opening of the store do, and with `STORE_NOT_CONFIGURED`.
 */
export async function openFromOutside(options: OutsideOptions): Promise<OutsideView> {
  const settings = settingsFromOutside(options);
  const { storage } = settings;
  if (storage.kind === 'none') throw notConfigured();
  if (storage.kind === 'network-path') refuseAbsentFolder(`${storage.file}${REPLICA_SUFFIX}`);
  const store = await openStore(storage);
  if (store === null) throw notConfigured();
  const access = accessStore(store, storage, 'trusted');
  return {
    settings,
    place: placeOf(storage),
    because: storage.because,
    access,
    plain: await firstFile(access, storage),
    hints: hintsFor(settings, options),
  };
}

/** A replica that only the caller names is named again. */
function hintsFor(settings: PersistenceSettings, { replica }: OutsideOptions): RescueHints {
  if (replica === undefined) return rescueHints(settings);
  const folder = `${databaseFileOf(replica)}${REPLICA_SUFFIX}`;
  return {
    command: `npx nestjs-persistence restore --replica "${folder}"`,
    location: `"file://${folder}"`,
  };
}

/** The layout of a folder is `<file>.replica`, so the folder tells the file. */
function databaseFileOf(replica: string): string {
  const folder = path.resolve(replica.startsWith('file:') ? pathOfUrl(replica) : replica);
  if (folder.endsWith(REPLICA_SUFFIX) && path.basename(folder) !== REPLICA_SUFFIX)
    return folder.slice(0, -REPLICA_SUFFIX.length);
  throw new PersistenceError(
    'OPTION_INVALID',
    'A replica is a folder whose name ends in ".replica".',
    {
      hint: 'Name the folder that holds ltx/ and replica.json, for example --replica /mnt/backup/app.db.replica. A store that is no folder is named by variables.',
    },
  );
}

function pathOfUrl(url: string): string {
  try {
    return fileURLToPath(url);
  } catch (cause) {
    throw new PersistenceError('OPTION_INVALID', `${url} is no URL of a folder of this host.`, {
      hint: 'Write a path, or file:// and an absolute path.',
      cause,
    });
  }
}

function refuseAbsentFolder(folder: string): void {
  if (existsSync(folder) && statSync(folder).isDirectory()) return;
  throw new PersistenceError(
    'RESTORE_POINT_UNKNOWN',
    `There is no replica: ${folder} does not exist.`,
    {
      hint: 'Is the volume mounted, and is this the NETWORK_DB_PATH that the app has? Nothing was created.',
    },
  );
}

const notConfigured = (): PersistenceError =>
  new PersistenceError('STORE_NOT_CONFIGURED', 'No variable names a store.', {
    hint: 'Run this where the app runs, or with its variables: NETWORK_DB_PATH, S3_BUCKET, AZURE_STORAGE_CONNECTION_STRING, ...; --env-file reads them from a file, --replica names a folder.',
  });
