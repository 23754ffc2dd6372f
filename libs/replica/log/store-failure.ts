import { PersistenceError, type ErrorCode } from '../../errors';

import { denialHint, StoreError } from '../../storage/store-error';

/** What a failure of the store means to a user. Anything that is no store error is passed on. */
export function storeFailure(error: unknown, doing: string): unknown {
  if (!(error instanceof StoreError)) return error;
  const code = codeOf(error);
  const object = error.key === '' ? '' : ` (object ${error.key})`;
  return new PersistenceError(code, `${doing} failed: ${withoutPaths(error.reason)}${object}.`, {
    cause: error,
    key: error.key,
    ...(code === 'STORE_DENIED' && { hint: denialHint(error) }),
  });
}

/** What a file system says when it has no room. */
const NO_ROOM = new Set(['ENOSPC', 'EDQUOT']);

/** What S3 and Azure say when the bucket or container is gone. */
const NO_PLACE = new Set(['NoSuchBucket', 'ContainerNotFound', 'ContainerBeingDeleted']);

/** Node's own messages end with the paths of the call: `EACCES: permission denied, open '/mnt/...'`. */
function withoutPaths(text: string): string {
  return text.replace(/^(\w+: E[A-Z]+: .*?) '.*'$/s, '$1');
}

function codeOf(error: StoreError): ErrorCode {
  const { code = '', name = '' } = (error.cause ?? {}) as { code?: string; name?: string };
  if (NO_ROOM.has(code)) return 'STORE_FULL';
  if (NO_PLACE.has(code) || NO_PLACE.has(name)) return 'STORE_BUCKET_MISSING';
  switch (error.kind) {
    case 'Unauthenticated':
    case 'PermissionDenied':
    case 'Rejected':
      return 'STORE_DENIED';
    default:
      return 'STORE_UNREACHABLE';
  }
}
