import { existsSync, statSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { PersistenceError } from '../../errors';
import { DEFAULT_NAME } from '../module/default-name';
import { appEnvironment } from '../module/environment';
import { type PersistenceSettings, resolveSettings } from '../module/settings';
import { memory } from '../storage/storage-choice';
import { placeOf } from '../storage/storage-place';
import { openForReading, plainForReading } from './open-for-reading';
import { type RescueHints, rescueHints } from './rescue-hints';
import { accessStore, firstFile, type PlainFile, type StoreAccess } from './store-access';

export interface OutsideOptions {
  /** Name of the database (default `app`). */
  readonly database?: string | undefined;
  /** The folder of the replica, as a path or a `file://` URL. It decides alone: no variable of a store is looked at. */
  readonly replica?: string | undefined;
  /** Objects will be written, for a trial of the store (default false: not a file of it is touched). */
  readonly writable?: boolean;
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
  const options = { name: database, enabled: true, ownership: 'trusted' } as const;
  const environment = appEnvironment(undefined);
  if (replica === undefined) return resolveSettings(database, options, environment);
  const file = databaseFileOf(replica);
  return {
    // An option goes before every variable that could name a store.
    ...resolveSettings(database, { ...options, storage: memory() }, environment),
    storage: { kind: 'network-path', file, because: 'the option --replica' },
  };
}

/**
 * Opens the store that the app would use. Creates nothing: a folder that is not there, or named and no replica, is
 * `RESTORE_POINT_UNKNOWN`, a container that is not there `STORE_BUCKET_MISSING`. Rejects as `resolveSettings` and the opening of the store do, and with `STORE_NOT_CONFIGURED`.
 */
export async function openFromOutside(options: OutsideOptions): Promise<OutsideView> {
  const settings = settingsFromOutside(options);
  const { storage } = settings;
  if (storage.kind === 'none') throw notConfigured();
  if (storage.kind === 'network-path')
    refuseAbsentFolder(`${storage.file}${REPLICA_SUFFIX}`, options);
  const readOnly = !options.writable;
  const store = await openForReading(storage, readOnly);
  if (store === null) throw notConfigured();
  const opened = accessStore(store, storage, 'trusted');
  const access =
    readOnly && storage.kind === 'network-path'
      ? { ...opened, plain: plainForReading(storage.file) }
      : opened;
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

function refuseAbsentFolder(folder: string, { replica }: OutsideOptions): void {
  const named = replica !== undefined;
  const stat = statSync(folder, { throwIfNoEntry: false });
  if (!stat?.isDirectory()) {
    throw new PersistenceError(
      'RESTORE_POINT_UNKNOWN',
      `There is no replica: ${folder} ${stat ? 'is a file' : 'does not exist'}.`,
      {
        hint: named
          ? 'Name the folder that holds ltx/ and replica.json. Nothing was created.'
          : 'Is the volume mounted, and is this the NETWORK_DB_PATH that the app has? Nothing was created.',
      },
    );
  }
  if (!named || ['ltx', 'replica.json'].some((name) => existsSync(path.join(folder, name)))) return;
  throw new PersistenceError(
    'RESTORE_POINT_UNKNOWN',
    `${folder} is no replica: it holds neither ltx/ nor replica.json.`,
    {
      hint: 'Name the folder that holds them. Files downloaded from S3 have 0000/, 0001/, ... where a folder has ltx/0/, ltx/1/, ...: move them there first.',
    },
  );
}

const notConfigured = (): PersistenceError =>
  new PersistenceError('STORE_NOT_CONFIGURED', 'No variable names a store.', {
    hint: 'Run this where the app runs, or with its variables: NETWORK_DB_PATH, S3_BUCKET, AZURE_STORAGE_CONNECTION_STRING, ...; --env reads them from a file, --replica names a folder.',
  });
