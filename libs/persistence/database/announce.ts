import os from 'node:os';
import path from 'node:path';
import type { LineLog } from '../log/event-log';
import { variableName } from '../module/environment';
import { IN_MEMORY, type PersistenceSettings } from '../module/settings';
import { networkFolderOf } from '../platform/detect-platform';
import { placeOf } from '../storage/storage-place';
import { summarise } from './summary';

/** What was decided and why, in a line; loud where data can be lost. Names no path of the host and no secret. */
export function announce(settings: PersistenceSettings, lines: LineLog): void {
  const { enabled, storage } = settings;
  if (!enabled) {
    lines.log('Persistence is switched off: a plain local database, stored nowhere.');
    return;
  }
  if (storage.kind === 'none') lines.warn(notStored(settings));
  else lines.log(`Commits are stored in ${placeOf(storage)} (${storage.because}).`);
  warnOfNetworkFolder(settings, lines);
  if (storage.kind === 'none') return;
  if (settings.ownership === 'trusted') {
    lines.warn(
      'Ownership is "trusted": nothing keeps a second instance from writing. If two ever run at once, commits are lost.',
    );
  }
  if (settings.pathIsTemporary) lines.log(temporaryFile(settings));
}

function notStored(settings: PersistenceSettings): string {
  const { storage, name } = settings;
  const named = (variable: string) => variableName(variable, name);
  const isDeclined = storage.kind === 'none' && storage.because !== undefined;
  const how = isDeclined
    ? `To keep it, remove ${named('PERSISTENCE_STORAGE')} or name the store in it (directory, azure or s3).`
    : `Set ${named('NETWORK_DB_PATH')}, ${named('AZURE_STORAGE_CONNECTION_STRING')} or ${named('S3_BUCKET')} to keep it.`;
  return `${summarise(settings, null).summary} ${how}`;
}

function temporaryFile({ platform, name, path: file }: PersistenceSettings): string {
  const where =
    platform === null
      ? "the system's folder for temporary files"
      : `the local folder of ${platform.name}`;
  const below = path.relative(platform?.localFolder ?? os.tmpdir(), file);
  return `The local file is ${below} in ${where}, as a cache of the store. Set ${variableName('DATABASE_PATH', name)} to put it elsewhere.`;
}

function warnOfNetworkFolder(
  { platform, path: file, name }: PersistenceSettings,
  lines: LineLog,
): void {
  const folder = file === IN_MEMORY ? undefined : networkFolderOf(platform, file);
  if (platform === null || folder === undefined) return;
  lines.warn(
    `The local file lies in ${folder}, which is a network folder on ${platform.name}: SQLite is slow there and may damage it. Set ${variableName('DATABASE_PATH', name)} to a file on the local disk, for example /tmp/app.db.`,
  );
}
