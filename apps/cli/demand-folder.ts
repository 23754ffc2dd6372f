import { statSync } from 'node:fs';
import { PersistenceError } from './access';

/** Refuses a file or folder whose place is not there, before anything is downloaded for it. */
export function demandFolder(folder: string, option: string): void {
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory()) return;
  throw new PersistenceError('OPTION_INVALID', `The folder ${folder} does not exist.`, {
    hint: `Make it first, or choose another ${option}.`,
  });
}
