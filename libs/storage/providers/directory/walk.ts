import fs from 'node:fs/promises';
import path from 'node:path';
import { compareKeys } from '../../keys';
import { type ListedObject } from '../../object-store';
import { isAbsent } from './file-errors';
import { isReserved } from './layout';
import { roundedMs } from './version';

/** Files looked at together. */
const PAGE = 128;

interface Name {
  readonly name: string;
  /** The key of a file; of a folder the beginning that all its keys share. */
  readonly key: string;
  readonly isFolder: boolean;
}

/**
 * Objects below a folder in bytewise order of their keys. A folder sorts by its name with the `/` behind it, as its keys
 * do: `a!` comes before `a/b`, and `a/b` before `a0`. Files and folders that vanish meanwhile are passed over.
 *
 * @param folder file system path of the folder
 * @param base what its keys begin with: empty, or ending in `/`
 */
export async function* walk(
  folder: string,
  base: string,
  prefix: string,
  startAfter: string | undefined,
): AsyncGenerator<ListedObject> {
  const names = (await namesIn(folder, base)).filter(
    ({ key, isFolder }) => matches(key, isFolder, prefix) && isBehind(key, isFolder, startAfter),
  );
  names.sort((a, b) => compareKeys(a.key, b.key));
  for (let at = 0; at < names.length;) {
    const first = names[at]!;
    if (first.isFolder) {
      at++;
      yield* walk(path.join(folder, first.name), first.key, prefix, startAfter);
      continue;
    }
    const page = filesFrom(names, at);
    at += page.length;
    const objects = await Promise.all(
      page.map(({ name, key }) => look(path.join(folder, name), key)),
    );
    for (const object of objects) if (object !== undefined) yield object;
  }
}

/** The files up to the next folder. */
function filesFrom(names: readonly Name[], at: number): readonly Name[] {
  let end = at;
  while (end < names.length && end - at < PAGE && !names[end]!.isFolder) end++;
  return names.slice(at, end);
}

function matches(key: string, isFolder: boolean, prefix: string): boolean {
  return key.startsWith(prefix) || (isFolder && prefix.startsWith(key));
}

function isBehind(key: string, isFolder: boolean, startAfter: string | undefined): boolean {
  if (startAfter === undefined) return true;
  return compareKeys(key, startAfter) > 0 || (isFolder && startAfter.startsWith(key));
}

async function namesIn(folder: string, base: string): Promise<Name[]> {
  try {
    const entries = await fs.readdir(folder, { withFileTypes: true });
    return entries
      .filter((entry) => (entry.isFile() || entry.isDirectory()) && !isReserved(entry.name))
      .map((entry) => ({
        name: entry.name,
        key: base + entry.name + (entry.isDirectory() ? '/' : ''),
        isFolder: entry.isDirectory(),
      }));
  } catch (error) {
    if (isAbsent(error)) return [];
    throw error;
  }
}

async function look(file: string, key: string): Promise<ListedObject | undefined> {
  try {
    const { size, mtimeNs, birthtimeNs } = await fs.stat(file, { bigint: true });
    return {
      key,
      size: Number(size),
      time: roundedMs(mtimeNs),
      written: roundedMs(birthtimeNs > 0n ? birthtimeNs : mtimeNs),
    };
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw error;
  }
}
