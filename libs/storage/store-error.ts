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
