/**
 * - `NotFound`, `AlreadyExists`, `PreconditionFailed`: the answer to a condition; never retried.
 * - `Unauthenticated`, `PermissionDenied`: credentials; not retried.
 * - `Throttled`, `Unavailable`, `Timeout`: may pass; retried with backoff.
 * - `Rejected`: the store or its disk refuses this request as such (name too long, disk full, read-only); not retried.
 */
export type StoreErrorKind =
  | 'NotFound'
  | 'AlreadyExists'
  | 'PreconditionFailed'
  | 'Unauthenticated'
  | 'PermissionDenied'
  | 'Throttled'
  | 'Unavailable'
  | 'Timeout'
  | 'Rejected';

/** What every provider throws, whatever its SDK throws. */
export class StoreError extends Error {
  override readonly name = 'StoreError';
  /** The message without the key, for those who name the object themselves. */
  readonly reason: string;

  constructor(
    readonly kind: StoreErrorKind,
    readonly key: string,
    message: string,
    options?: { cause?: unknown },
  ) {
    super(key === '' ? `${kind}: ${message}` : `${kind}: ${message} (${key})`, options);
    this.reason = `${kind}: ${message}`;
  }

  /** Whether the same request may succeed later. */
  get transient(): boolean {
    return this.kind === 'Throttled' || this.kind === 'Unavailable' || this.kind === 'Timeout';
  }
}

export function isStoreError(error: unknown, ...kinds: StoreErrorKind[]): error is StoreError {
  return error instanceof StoreError && (kinds.length === 0 || kinds.includes(error.kind));
}

/** What a file system says where this process may not write. Sockets have some of these too, but are then unavailable. */
const FOLDER_DENIALS: Readonly<Record<string, string>> = {
  EACCES: mayNot(),
  EPERM: mayNot(),
  EROFS:
    'The file system that the folder of the store lies on is read-only: mount it so that it can be written to. NETWORK_DB_PATH, VERCEL_VOLUME_PATH (with the suffix of a named database) or the option "storage" names the folder.',
};

/** What to do about a store that says no (`Unauthenticated`, `PermissionDenied`, `Rejected`): each has another remedy. */
export function denialHint(error: StoreError): string {
  const { code } = (error.cause ?? {}) as { readonly code?: unknown };
  const folder = typeof code === 'string' ? FOLDER_DENIALS[code] : undefined;
  if (folder !== undefined) return folder;
  switch (error.kind) {
    case 'Unauthenticated':
      return 'The store does not know who asks: check that the credentials are set, belong together and have not expired (AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, the connection string or identity of Azure), and that the clock of this host is right.';
    case 'PermissionDenied':
      return 'Give the credentials permission to read, create, list and delete objects there.';
    default:
      return 'The store refuses this request as such, so trying again is no help: correct what the message says, for example the bucket, its region or the address of the store.';
  }
}

function mayNot(): string {
  return 'The user that this process runs as may not read and write in the folder of the store: give it the folder with all that is in it (chown), or run the process as the owner. NETWORK_DB_PATH, VERCEL_VOLUME_PATH (with the suffix of a named database) or the option "storage" names the folder.';
}
