import fs, { type FileHandle } from 'node:fs/promises';
import { type ObjectInfo } from '../../object-store';
import { StoreError } from '../../store-error';
import { isAbsent, readError } from './file-errors';
import { type ObjectPaths } from './layout';
import { readMetadataFile } from './metadata-file';
import { readVersion, type Version } from './version';

const LOOKS_MAX = 50;

export interface OpenObject {
  /** The caller closes it. */
  readonly file: FileHandle;
  readonly info: ObjectInfo;
  /** All bytes, where they are few. */
  readonly whole: Buffer | undefined;
}

/** Opens one version of an object, and the metadata of that very version. */
export async function openObject(
  paths: ObjectPaths,
  key: string,
  signal: AbortSignal | undefined,
): Promise<OpenObject> {
  try {
    for (let look = 0; look < LOOKS_MAX; look++) {
      signal?.throwIfAborted();
      const found = await openOnce(paths, key);
      if (found !== undefined) return found;
    }
  } catch (error) {
    throw readError(error, key);
  }
  throw new StoreError('Unavailable', key, 'the object keeps changing');
}

/** Undefined where the object was replaced before its metadata were read. */
async function openOnce(paths: ObjectPaths, key: string): Promise<OpenObject | undefined> {
  const file = await fs.open(paths.object, 'r');
  let found: OpenObject | undefined;
  try {
    const version = await readVersion(key, file);
    const metadata = await metadataOf(paths, key, file, version);
    if (metadata === undefined) return undefined;
    const { size, time, tag, whole } = version;
    found = { file, whole, info: { key, size, time, tag, metadata } };
    return found;
  } finally {
    if (found === undefined) await file.close();
  }
}

async function metadataOf(paths: ObjectPaths, key: string, file: FileHandle, { tag }: Version) {
  const entries = await readMetadataFile(key, paths.metadata);
  const mine = entries.find((entry) => entry.tag === tag);
  if (mine !== undefined) return mine.metadata;
  // None, or gone with this version: they are read after the object was opened.
  return (await isStill(paths.object, file)) ? {} : undefined;
}

async function isStill(object: string, file: FileHandle): Promise<boolean> {
  try {
    const [named, open] = await Promise.all([fs.stat(object), file.stat()]);
    return named.ino === open.ino && named.dev === open.dev;
  } catch (error) {
    if (isAbsent(error)) return false;
    throw error;
  }
}
