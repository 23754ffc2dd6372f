import { StoreError } from '../../store-error';

/** What a put sends beside its bytes. */
export interface Upload {
  readonly key: string;
  /** Bytes announced. */
  readonly size: number;
  readonly metadata: Record<string, string>;
  readonly signal: AbortSignal | undefined;
}

export function tagOf(key: string, tag: string | undefined): string {
  // The object may be there all the same: the caller looks.
  if (tag === undefined) throw new StoreError('Unavailable', key, 'the store answered no ETag');
  return tag;
}
