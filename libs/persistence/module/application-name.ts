import { readFileSync } from 'node:fs';
import path from 'node:path';

const MAX_LEVELS = 64;

/** The name in the nearest package.json at or above `folder`; `app` where there is none. */
export function applicationName(folder: string): string {
  let current = path.resolve(folder);
  for (let level = 0; level < MAX_LEVELS; level++) {
    const name = nameIn(path.join(current, 'package.json'));
    if (name !== undefined) return name;
    const parent = path.dirname(current);
    if (parent === current) break;
    current = parent;
  }
  return 'app';
}

function nameIn(file: string): string | undefined {
  try {
    const { name } = JSON.parse(readFileSync(file, 'utf8')) as { name?: unknown };
    return typeof name === 'string' && name !== '' ? name : undefined;
  } catch {
    // Absent or unreadable: the next folder up may have one.
    return undefined;
  }
}
