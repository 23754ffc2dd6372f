import { randomBytes } from 'node:crypto';
import fs from 'node:fs/promises';
import path from 'node:path';
import { StoreError } from '../../store-error';
import { discardFile } from './staged-file';
import { errno } from './file-errors';
import { TEMP_FOLDER } from './layout';

/** Gives a staged file its key, if that is free: the one step that decides a race of creators. */
export async function linkFile(key: string, staged: string, target: string): Promise<void> {
  try {
    await fs.link(staged, target);
  } catch (error) {
    if (errno(error) !== 'EEXIST') throw error;
    // Over NFS the answer to a link may be lost; the request, sent again, then meets the name it made itself.
    if ((await fs.stat(staged)).nlink === 2) return;
    if (await isFolder(target)) {
      throw new StoreError('Rejected', key, 'the key is the folder of other objects', {
        cause: error,
      });
    }
    throw error;
  }
}

/**
 * Whether the file system can link at all, and refuses a second link to one name. SMB shares, Azure's `/home` and some
 * FUSE mounts cannot.
 */
export async function canLink(root: string): Promise<boolean> {
  const base = path.join(root, TEMP_FOLDER, `probe-${randomBytes(8).toString('hex')}`);
  const [file, other, name] = [`${base}-a`, `${base}-b`, `${base}-c`];
  try {
    await Promise.all([fs.writeFile(file, 'a'), fs.writeFile(other, 'b')]);
    const linked = await fs.link(file, name).then(
      () => true,
      () => false,
    );
    if (!linked) return false;
    const refused = await fs.link(other, name).then(
      () => false,
      (error: unknown) => errno(error) === 'EEXIST',
    );
    return refused && (await fs.readFile(name, 'utf8')) === 'a';
  } finally {
    await Promise.all([file, other, name].map(discardFile));
  }
}

async function isFolder(target: string): Promise<boolean> {
  return fs.stat(target).then(
    (stat) => stat.isDirectory(),
    () => false,
  );
}
