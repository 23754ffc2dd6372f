import fs from 'node:fs/promises';
import { errno, isAbsent, writeError } from './file-errors';
import { syncFolder } from './folder';
import { withKeyLock } from './key-lock';
import { type ObjectPaths } from './layout';
import { discardFile } from './staged-file';

const PARALLEL = 16;

export interface Doomed {
  readonly key: string;
  readonly paths: ObjectPaths;
}

/** Deletes objects, each under its lock, so that no compare-and-swap brings one back. Absent ones count as deleted. */
export async function deleteObjects(
  root: string,
  doomed: readonly Doomed[],
  signal: AbortSignal | undefined,
): Promise<void> {
  signal?.throwIfAborted();
  let next = 0;
  const deleteSome = async () => {
    while (next < doomed.length) await deleteOne(root, doomed[next++]!, signal);
  };
  const lanes = Array.from({ length: PARALLEL }, deleteSome);
  const failed = (await Promise.allSettled(lanes)).find((lane) => lane.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
  for (const folder of new Set(doomed.map(({ paths }) => paths.folder))) await syncFolder(folder);
}

async function deleteOne(root: string, { key, paths }: Doomed, signal: AbortSignal | undefined) {
  try {
    await withKeyLock(root, key, paths.lock, signal, async () => {
      if (await removeFile(paths.object)) await discardFile(paths.metadata);
    });
  } catch (error) {
    // Without its folder an object is absent, and its lock has no place.
    if (!isAbsent(error)) throw writeError(error, key);
  }
}

async function removeFile(file: string): Promise<boolean> {
  try {
    await fs.unlink(file);
    return true;
  } catch (error) {
    if (isAbsent(error)) return false;
    // Unlinking a folder is EISDIR on Linux, EPERM elsewhere; a folder is no object.
    const isFolder =
      ['EISDIR', 'EPERM'].includes(errno(error)) && (await fs.stat(file)).isDirectory();
    if (isFolder) return false;
    throw error;
  }
}
