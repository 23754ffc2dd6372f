import fs, { type FileHandle } from 'node:fs/promises';
import path from 'node:path';
import { errno, isAbsent } from './file-errors';

/** An open folder whose new entries can be made to survive a power loss. */
export interface Folder {
  sync(): Promise<void>;
  close(): Promise<void>;
}

/** Windows cannot sync a folder; its file systems journal names by themselves. */
const UNSYNCED: Folder = { sync: () => Promise.resolve(), close: () => Promise.resolve() };

/**
 * Opens a folder below the root; makes it first where it is missing. Never makes the root: where that is gone, its volume
 * is, and what was written in its place would be lost with the disk.
 */
export async function openFolder(root: string, folder: string): Promise<Folder> {
  if (process.platform === 'win32') {
    await makeBelow(root, folder);
    return UNSYNCED;
  }
  try {
    return opened(await fs.open(folder, 'r'));
  } catch (error) {
    if (errno(error) !== 'ENOENT') throw error;
    await makeBelow(root, folder);
    return opened(await fs.open(folder, 'r'));
  }
}

async function makeBelow(root: string, folder: string): Promise<void> {
  let parent = root;
  for (const name of path.relative(root, folder).split(path.sep)) {
    const made = path.join(parent, name);
    await fs.mkdir(made).catch((error: unknown) => {
      if (errno(error) !== 'EEXIST') throw error;
    });
    await syncFolder(parent);
    parent = made;
  }
}

/** Makes a folder and what it lies in, each name synced to the disk. */
export async function makeFolder(folder: string): Promise<void> {
  const first = await fs.mkdir(folder, { recursive: true }).catch(notAFolder);
  if (first === undefined || process.platform === 'win32') return;
  const top = path.dirname(first);
  for (let made = path.dirname(folder); made.startsWith(top); made = path.dirname(made)) {
    await syncFolder(made);
    if (made === top) return;
  }
}

/** Does nothing where the folder is gone. */
export async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await fs.open(folder, 'r').catch((error: unknown) => {
    if (errno(error) === 'ENOENT') return undefined;
    throw error;
  });
  if (handle === undefined) return;
  try {
    await syncHandle(handle);
  } finally {
    await handle.close();
  }
}

function opened(handle: FileHandle): Folder {
  return { sync: () => syncHandle(handle), close: () => handle.close() };
}

/** Shares and some FUSE mounts have no sync of folders: what they promise without it is all there is. */
async function syncHandle(folder: FileHandle): Promise<void> {
  await folder.sync().catch((error: unknown) => {
    if (!['EINVAL', 'ENOTSUP', 'ENOSYS'].includes(errno(error))) throw error;
  });
}

/** An object in the place of a folder: EEXIST here is not the object asked for. */
function notAFolder(error: unknown): never {
  if (errno(error) !== 'EEXIST') throw error;
  throw Object.assign(new Error((error as Error).message, { cause: error }), { code: 'ENOTDIR' });
}

export async function isThere(folder: string): Promise<boolean> {
  try {
    return (await fs.stat(folder)).isDirectory();
  } catch (error) {
    if (isAbsent(error)) return false;
    throw error;
  }
}
