import fs from 'node:fs/promises';
import { type PutBody, type PutOptions, type PutResult } from '../../object-store';
import { hasMetadata } from '../../put-options';
import { StoreError } from '../../store-error';
import { isAbsent } from './file-errors';
import { type Folder, openFolder } from './folder';
import { type KeyLock, withKeyLock } from './key-lock';
import { type ObjectPaths } from './layout';
import { linkFile } from './link-file';
import { trimMetadataFile, writeMetadataFile } from './metadata-file';
import { discardFile, type StagedFile, stageFile } from './staged-file';
import { readVersion } from './version';

export interface Publication {
  readonly root: string;
  readonly key: string;
  readonly paths: ObjectPaths;
  readonly body: PutBody;
  readonly options: PutOptions;
  /** Whether the file system has hard links. */
  readonly canLink: boolean;
}

/**
 * Writes an object: first whole into a temporary file, then under its name in one step. An entry of the log (a `create`
 * without metadata) takes no lock: the link alone decides.
 */
export async function publishObject(publication: Publication): Promise<PutResult> {
  const { root, key, paths, body, options, canLink } = publication;
  const [staged, folder] = await both(
    stageFile(root, key, body, options),
    openFolder(root, paths.folder),
  );
  try {
    if (options.mode === 'create' && canLink && !hasMetadata(options)) {
      await linkFile(key, staged.path, paths.object);
      await Promise.all([folder.sync(), discardFile(staged.path), staged.closed]);
    } else {
      await staged.closed;
      await withKeyLock(root, key, paths.lock, options.signal, (lock) =>
        publishLocked(publication, staged, lock),
      );
      await folder.sync();
    }
  } catch (error) {
    await staged.closed;
    await discardFile(staged.path);
    throw error;
  } finally {
    await folder.close();
  }
  return { tag: staged.tag };
}

async function publishLocked(
  { root, key, paths, options, canLink }: Publication,
  staged: StagedFile,
  lock: KeyLock,
): Promise<void> {
  const current = await currentTag(key, paths.object);
  assertMode(key, options.mode, current);
  if (hasMetadata(options)) {
    const next = { tag: staged.tag, metadata: options.metadata! };
    await writeMetadataFile(root, key, paths.metadata, next, current);
  }
  options.signal?.throwIfAborted();
  await lock.assertHeld();
  if (options.mode === 'create' && canLink) {
    try {
      await linkFile(key, staged.path, paths.object);
    } catch (error) {
      // A creator without metadata, who needs no lock, was faster.
      await trimMetadataFile(root, key, paths.metadata, current);
      throw error;
    }
    await discardFile(staged.path);
  } else {
    await fs.rename(staged.path, paths.object);
  }
  await trimMetadataFile(root, key, paths.metadata, hasMetadata(options) ? staged.tag : undefined);
}

function assertMode(key: string, mode: PutOptions['mode'], current: string | undefined): void {
  if (mode === 'create' && current !== undefined) {
    throw new StoreError('AlreadyExists', key, 'the object exists');
  }
  if (typeof mode === 'object' && mode.ifMatch !== current) {
    const reason = current === undefined ? 'the object is absent' : 'the object has another tag';
    throw new StoreError('PreconditionFailed', key, reason);
  }
}

async function currentTag(key: string, object: string): Promise<string | undefined> {
  const file = await fs.open(object, 'r').catch((error: unknown) => {
    if (isAbsent(error)) return undefined;
    throw error;
  });
  if (file === undefined) return undefined;
  try {
    return (await readVersion(key, file)).tag;
  } finally {
    await file.close();
  }
}

/** Both, side by side; where one fails the other is let go. */
async function both(
  staging: Promise<StagedFile>,
  opening: Promise<Folder>,
): Promise<[StagedFile, Folder]> {
  const [staged, folder] = await Promise.allSettled([staging, opening]);
  if (staged.status === 'fulfilled' && folder.status === 'fulfilled') {
    return [staged.value, folder.value];
  }
  if (staged.status === 'fulfilled') {
    await staged.value.closed;
    await discardFile(staged.value.path);
  }
  if (folder.status === 'fulfilled') await folder.value.close();
  throw staged.status === 'rejected' ? staged.reason : (folder as PromiseRejectedResult).reason;
}
