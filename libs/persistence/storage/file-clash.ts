import path from 'node:path';
import { identityOf, resolvedPath } from './place-on-disk';
import { storagePlace } from './storage-place';
import type { StoragePlan } from './storage-plan';

/** What stands beside the live file: SQLite's files, the lock of this host and its journal, the sidecar. */
const BESIDE_LIVE_FILE = [
  '',
  '-wal',
  '-shm',
  '-journal',
  '.lock',
  '.lock-journal',
  '.persistence.json',
];

/** What a backup writes or moves away: the plain file, journals of it, what a directory store keeps beside an object. */
const BESIDE_OBJECT = ['', '-wal', '-shm', '-journal', '.lock', '.meta.json'];

/**
 * `same file`: the live file, or one beside it, is the plain database file in a store that is a folder of this host, or one
 * beside that. `in the store`: it lies in a folder that the store has for itself. Null where they are apart.
 *
 * @param file absolute path of the live file; nothing is opened or made
 */
export async function fileClash(
  file: string,
  plan: StoragePlan,
): Promise<'same file' | 'in the store' | null> {
  const place = storagePlace(plan);
  if (place?.store !== 'directory') return null;
  const live = await resolvedPath(file);
  const object = await resolvedPath(place.key);
  if (await areSame(live, object)) return 'same file';
  const folders = await Promise.all(foldersOfStore(place.key).map(identityOf));
  for (let at = live; at !== path.dirname(at); at = path.dirname(at)) {
    if (folders.includes(await identityOf(at))) return 'in the store';
  }
  return null;
}

async function areSame(live: string, object: string): Promise<boolean> {
  if ((await identityOf(live)) === (await identityOf(object))) return true;
  const written = new Set(BESIDE_OBJECT.map((suffix) => path.basename(object) + suffix));
  const meets = BESIDE_LIVE_FILE.some((suffix) => written.has(path.basename(live) + suffix));
  if (!meets) return false;
  return (await identityOf(path.dirname(live))) === (await identityOf(path.dirname(object)));
}

/** The log, the dated copies, and files that are being written. */
function foldersOfStore(object: string): string[] {
  return [`${object}.replica`, `${object}.backups`, path.join(path.dirname(object), '.tmp')];
}
