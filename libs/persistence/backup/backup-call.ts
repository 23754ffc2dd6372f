import path from 'node:path';
import { PersistenceError } from '../../errors';

/** What `SyncService.backup()` takes. */
export interface BackupToOptions {
  /** A new file on this host that gets the copy, instead of the store. */
  readonly to?: string;
}

/** The absolute path of `to`; null without one. OPTION_UNKNOWN or OPTION_INVALID for anything else. */
export function checkBackupCall(options: BackupToOptions = {}): string | null {
  const { to, ...unknown } = options ?? {};
  const extra = Object.keys(unknown)[0];
  if (extra !== undefined) {
    throw new PersistenceError('OPTION_UNKNOWN', `backup() has no option "${extra}".`, {
      hint: 'Known options: to.',
    });
  }
  if (to === undefined) return null;
  if (typeof to === 'string' && to.trim() !== '') return path.resolve(to);
  throw new PersistenceError('OPTION_INVALID', 'The option "to" of backup() must be a path.', {
    hint: "Write backup({ to: 'copy.db' }), or backup() to store it.",
  });
}
