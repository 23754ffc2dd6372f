import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** How many files there are below a folder, and their bytes in all; zeros if there is no such folder. */
export async function measure(folder) {
  let files = 0;
  let bytes = 0;
  for (const entry of await entriesOf(folder)) {
    if (!entry.isFile()) continue;
    files += 1;
    bytes += await sizeOf(join(entry.parentPath, entry.name));
  }
  return { files, bytes };
}

async function entriesOf(folder) {
  try {
    return await readdir(folder, { recursive: true, withFileTypes: true });
  } catch (error) {
    if (error.code === 'ENOENT') return [];
    throw error;
  }
}

/** A temporary file may go between the listing and the question. */
async function sizeOf(path) {
  try {
    return (await stat(path)).size;
  } catch (error) {
    if (error.code === 'ENOENT') return 0;
    throw error;
  }
}
