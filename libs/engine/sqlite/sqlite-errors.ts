import { PersistenceError, type ErrorCode } from '../../errors';

/** What SQLite's and the file system's codes mean to a user; the rest is passed on as it is. */
const CODES: readonly (readonly [pattern: RegExp, code: ErrorCode])[] = [
  [/^SQLITE_NOTADB/, 'DATABASE_NOT_SQLITE'],
  [/^SQLITE_CORRUPT/, 'DATABASE_CORRUPT'],
  [/^SQLITE_FULL|^ENOSPC$|^EDQUOT$/, 'DISK_FULL'],
  [/^SQLITE_READONLY|^EROFS$/, 'DATABASE_READ_ONLY'],
  [
    /^SQLITE_CANTOPEN|^SQLITE_PERM|^EACCES$|^EPERM$|^EISDIR$|^EEXIST$|^ELOOP$|^ENOTDIR$|^ENAMETOOLONG$/,
    'DATABASE_UNREADABLE',
  ],
];

/** A coded error for whatever went wrong with the file at `path`. */
export function databaseError(error: unknown, path: string): unknown {
  if (error instanceof PersistenceError) return error;
  const { code, message } = error as { code?: string; message?: string };
  const known =
    typeof code === 'string' ? CODES.find(([pattern]) => pattern.test(code)) : undefined;
  if (!known) return error;
  return new PersistenceError(known[1], `${path}: ${message ?? code}.`, { cause: error });
}
