import { readlink, realpath, stat } from 'node:fs/promises';
import path from 'node:path';

/** Links may point in a circle. */
const LINKS_MAX = 16;

/**
 * Where a file of this path is, or would be made: every link on the way followed, also one to a file that is not there
 * yet. What cannot be looked at is taken as it is written.
 */
export async function resolvedPath(file: string, links = LINKS_MAX): Promise<string> {
  try {
    return await realpath(file);
  } catch {
    const folder = path.dirname(file);
    if (folder === file) return file;
    const parent = await resolvedPath(folder, links);
    const link = links === 0 ? null : await readlink(file).catch(() => null);
    if (link !== null) return resolvedPath(path.resolve(parent, link), links - 1);
    return path.join(parent, path.basename(file));
  }
}

/**
 * Equal for two paths of one thing, also where a volume is mounted twice or a file has two names. What is not there is told
 * by its name in the nearest folder that is.
 */
export async function identityOf(file: string): Promise<string> {
  try {
    const { dev, ino } = await stat(file, { bigint: true });
    return `${dev}:${ino}`;
  } catch {
    const folder = path.dirname(file);
    if (folder === file) return file;
    return `${await identityOf(folder)}/${path.basename(file)}`;
  }
}
