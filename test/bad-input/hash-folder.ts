import { createHash } from 'node:crypto';
import { lstatSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The lock of the host, which a start takes before it looks at anything. */
const isLock = (name: string): boolean => /\.lock(-journal)?$/.test(name);

/** Every file below the folder with the hash of its bytes, folders with the word; to compare before and after. */
export function hashFolder(folder: string): Record<string, string> {
  const found: Record<string, string> = {};
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' }).toSorted()) {
    if (isLock(name)) continue;
    const path = join(folder, name);
    found[name] = lstatSync(path).isDirectory()
      ? 'folder'
      : createHash('sha256').update(readFileSync(path)).digest('hex');
  }
  return found;
}
