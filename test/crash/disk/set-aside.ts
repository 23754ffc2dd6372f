import { existsSync, readdirSync } from 'node:fs';
import { basename, dirname } from 'node:path';

/** Names of the files that starts have moved out of the way beside a database, journals included. */
export function setAsides(database: string): ReadonlySet<string> {
  const folder = dirname(database);
  const names = existsSync(folder) ? readdirSync(folder) : [];
  return new Set(names.filter((name) => name.startsWith(`${basename(database)}.before-`)));
}

/** Whether something has been set aside since `before` was listed. */
export const hasNewSetAside = (database: string, before: ReadonlySet<string>): boolean =>
  [...setAsides(database)].some((name) => !before.has(name));
