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

  constructor(
    readonly kind: StoreErrorKind,
    readonly key: string,
    message: string,
    options?: { cause?: unknown },
  ) {
    super(`${kind}: ${message} (${key})`, options);
  }

  /** Whether the same request may succeed later. */
  get transient(): boolean {
    return this.kind === 'Throttled' || this.kind === 'Unavailable' || this.kind === 'Timeout';
  }
}

export function isStoreError(error: unknown, ...kinds: StoreErrorKind[]): error is StoreError {
  return error instanceof StoreError && (kinds.length === 0 || kinds.includes(error.kind));
}
