import fs from 'node:fs/promises';
import { isStoreError, StoreError } from '../../store-error';
import { isAbsent } from './file-errors';
import { tempPath } from './layout';
import { discardFile } from './staged-file';

type Metadata = Readonly<Record<string, string>>;

interface Entry {
  readonly tag: string;
  readonly metadata: Metadata;
}

/** Two entries of at most 2 KiB, escaped. */
const BYTES_MAX = 64 * 1024;

/**
 * The file beside an object that keeps its metadata, each bound to the tag of the version it belongs to. It is written
 * before the object and names the version before as well, so that at no moment a reader, or a crash between the two
 * writes, finds an object without its metadata.
 */
export async function readMetadataFile(key: string, file: string): Promise<readonly Entry[]> {
  let text: string;
  try {
    text = await fs.readFile(file, 'utf8');
  } catch (error) {
    if (isAbsent(error)) return [];
    throw error;
  }
  try {
    if (text.length > BYTES_MAX) throw new Error(`${text.length} characters`);
    return parseEntries(text);
  } catch (cause) {
    throw new StoreError('Rejected', key, `its metadata file is damaged: ${file}`, { cause });
  }
}

/** Under the lock of the key: metadata of the version to come, and of the one that stands there still. */
export async function writeMetadataFile(
  root: string,
  key: string,
  file: string,
  next: Entry,
  current: string | undefined,
): Promise<void> {
  const entries = (await entriesToReplace(key, file)) ?? [];
  const kept = entries.filter(({ tag }) => tag === current && tag !== next.tag);
  await replaceMetadataFile(root, file, [...kept, next]);
}

/** Under the lock of the key: forgets everything but the version that stands there. */
export async function trimMetadataFile(
  root: string,
  key: string,
  file: string,
  current: string | undefined,
): Promise<void> {
  const entries = await entriesToReplace(key, file);
  const kept = entries?.filter(({ tag }) => tag === current) ?? [];
  if (kept.length === entries?.length) return;
  if (kept.length === 0) await discardFile(file);
  else await replaceMetadataFile(root, file, kept);
}

/** Undefined where the file is damaged: a new version of the object heals it. */
async function entriesToReplace(key: string, file: string): Promise<readonly Entry[] | undefined> {
  try {
    return await readMetadataFile(key, file);
  } catch (error) {
    if (isStoreError(error, 'Rejected')) return undefined;
    throw error;
  }
}

async function replaceMetadataFile(
  root: string,
  file: string,
  entries: readonly Entry[],
): Promise<void> {
  const temp = tempPath(root);
  try {
    await fs.writeFile(temp, JSON.stringify({ versions: entries }), { flag: 'wx', flush: true });
    await fs.rename(temp, file);
  } catch (error) {
    await discardFile(temp);
    throw error;
  }
}

function parseEntries(text: string): Entry[] {
  const { versions } = JSON.parse(text) as { versions: unknown };
  if (!Array.isArray(versions)) throw new Error('no versions');
  return versions.map((entry: unknown) => {
    const { tag, metadata } = entry as Partial<Entry>;
    if (typeof tag !== 'string' || typeof metadata !== 'object' || metadata === null) {
      throw new Error('a version without tag or metadata');
    }
    if (!Object.values(metadata).every((value) => typeof value === 'string')) {
      throw new Error('metadata that is no text');
    }
    return { tag, metadata };
  });
}
