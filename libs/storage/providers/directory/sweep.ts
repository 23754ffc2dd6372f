import fs from 'node:fs/promises';
import path from 'node:path';
import { discardFile } from './staged-file';
import { isAbsent } from './file-errors';
import { TEMP_FOLDER } from './layout';

const LEFT_OVER_AFTER_MS = 3_600_000;
const FILES_MAX = 10_000;

/**
 * Removes what processes that died left in the folder of temporary files. Judged by the last change of the inode, because
 * the time of a file being written is the caller's and may lie years back.
 */
export async function sweepTemporaryFiles(root: string): Promise<void> {
  const folder = path.join(root, TEMP_FOLDER);
  const names = await fs.readdir(folder);
  for (const name of names.slice(0, FILES_MAX)) {
    const file = path.join(folder, name);
    const changed = await fs.stat(file).then(
      (stat) => stat.ctimeMs,
      (error: unknown) => {
        if (isAbsent(error)) return Infinity;
        throw error;
      },
    );
    if (Date.now() - changed > LEFT_OVER_AFTER_MS) await discardFile(file);
  }
}
