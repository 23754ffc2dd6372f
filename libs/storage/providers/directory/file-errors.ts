import { isNativeError } from 'node:util/types';
import { isStoreError, StoreError, type StoreErrorKind } from '../../store-error';

const KINDS: Readonly<Record<string, StoreErrorKind>> = {
  EACCES: 'PermissionDenied',
  EPERM: 'PermissionDenied',
  ENOSPC: 'Rejected',
  EDQUOT: 'Rejected',
  EROFS: 'Rejected',
  EFBIG: 'Rejected',
  EINVAL: 'Rejected',
  EISDIR: 'Rejected',
  ELOOP: 'Rejected',
  ENAMETOOLONG: 'Rejected',
};

export function errno(error: unknown): string {
  return String((error as NodeJS.ErrnoException | undefined)?.code ?? '');
}

export function isAbsent(error: unknown): boolean {
  return errno(error) === 'ENOENT' || errno(error) === 'ENOTDIR';
}

/** What a failed read of an object means. A key below another object, or the folder of others, is absent. */
export function readError(error: unknown, key: string): Error {
  if (isAbsent(error) || errno(error) === 'EISDIR')
    return new StoreError('NotFound', key, 'no such object', { cause: error });
  return fileError(error, key);
}

/** What a failed write of an object means. */
export function writeError(error: unknown, key: string): Error {
  switch (errno(error)) {
    case 'EEXIST':
      return new StoreError('AlreadyExists', key, 'the object exists', { cause: error });
    case 'ENOTDIR':
      return new StoreError('Rejected', key, 'a part of the key is an object', { cause: error });
    default:
      return fileError(error, key);
  }
}

/** Errors that are no file errors (an abort, a body that breaks, a StoreError) go through as they are. */
function fileError(error: unknown, key: string): Error {
  const code = errno(error);
  if (isStoreError(error) || !isNativeError(error) || !/^E[A-Z0-9]+$/.test(code)) {
    return error as Error;
  }
  return new StoreError(KINDS[code] ?? 'Unavailable', key, error.message, { cause: error });
}
