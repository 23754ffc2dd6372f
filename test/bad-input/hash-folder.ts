import { createHash } from 'node:crypto';
import { lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import type { ObjectStore } from '../../libs/storage/object-store';

/** The lock of the host, which a start takes before it looks at anything. */
const isLock = (name: string): boolean => /\.lock(-journal)?$/.test(name);

/** Every file below the folder with the hash of its bytes, folders and links as such; to compare before and after. */
export function hashFolder(folder: string): Record<string, string> {
  const found: Record<string, string> = {};
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' }).toSorted()) {
    if (isLock(name)) continue;
    const path = join(folder, name);
    const stat = lstatSync(path);
    if (stat.isDirectory()) found[name] = 'folder';
    else if (stat.isSymbolicLink()) found[name] = `link to ${readlinkSync(path)}`;
    else found[name] = createHash('sha256').update(readFileSync(path)).digest('hex');
  }
  return found;
}

/** The same of everything in a store. */
export async function hashStore(store: ObjectStore): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for await (const { key } of store.list('')) {
    const object = await store.get(key);
    const hash = createHash('sha256');
    for await (const chunk of object.body) hash.update(chunk);
    found[key] = hash.digest('hex');
  }
  return found;
}
