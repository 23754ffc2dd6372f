import { createHash, randomBytes } from 'node:crypto';
import path from 'node:path';
import { StoreError } from '../../store-error';

/** Below the root: files being written, not yet objects. */
export const TEMP_FOLDER = '.tmp';

const LOCK = '.lock';
const METADATA = '.meta.json';
const NAME_BYTES_MAX = 255;

/** Where an object and what belongs to it lie. */
export interface ObjectPaths {
  readonly folder: string;
  readonly object: string;
  readonly metadata: string;
  readonly lock: string;
}

/** Whether a file of this name is ours and no object. */
export function isReserved(name: string): boolean {
  return name === TEMP_FOLDER || name.endsWith(LOCK) || name.endsWith(METADATA);
}

/** Rejects keys that would meet our own files. */
export function objectPaths(root: string, key: string): ObjectPaths {
  const segments = key.split('/');
  const reserved = segments.find(isReserved);
  if (reserved !== undefined) {
    throw new StoreError('Rejected', key, `the name "${reserved}" is the store's own`);
  }
  const object = path.join(root, ...segments);
  const folder = path.dirname(object);
  const name = companionName(path.basename(object));
  return {
    folder,
    object,
    metadata: path.join(folder, name + METADATA),
    lock: path.join(folder, name + LOCK),
  };
}

/** A name that leaves room for a suffix: the object's own, or its hash where that is too long. */
function companionName(name: string): string {
  if (Buffer.byteLength(name) + METADATA.length <= NAME_BYTES_MAX) return name;
  return createHash('sha256').update(name).digest('hex');
}

export function tempPath(root: string): string {
  return path.join(root, TEMP_FOLDER, `${process.pid}-${randomBytes(8).toString('hex')}`);
}
