import { PersistenceError, type ErrorCode } from '../../errors';
import { StoreError } from '../../storage/store-error';

/** What a failure of the store means to a user. Anything that is no store error is passed on. */
export function storeFailure(error: unknown, doing: string): unknown {
  if (!(error instanceof StoreError)) return error;
  return new PersistenceError(codeOf(error), `${doing} failed: ${error.message}.`, {
    cause: error,
    key: error.key,
  });
}

/** What a file system says when it has no room. */
const NO_ROOM = new Set(['ENOSPC', 'EDQUOT']);

function codeOf(error: StoreError): ErrorCode {
  if (NO_ROOM.has((error.cause as { code?: string } | undefined)?.code ?? '')) return 'STORE_FULL';
  switch (error.kind) {
    case 'Unauthenticated':
    case 'PermissionDenied':
    case 'Rejected':
      return 'STORE_DENIED';
    default:
      return 'STORE_UNREACHABLE';
  }
}
