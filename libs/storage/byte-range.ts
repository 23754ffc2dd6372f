import { type ByteRange } from './object-store';
import { StoreError } from './store-error';

/** First byte and the byte behind the last one. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** The part of an object of `size` bytes that a range names; empty where the range begins at or behind the end. */
export function clipRange(key: string, range: ByteRange | undefined, size: number): Span {
  if (range === undefined) return { start: 0, end: size };
  const { offset, length = Number.MAX_SAFE_INTEGER - offset } = range;
  if (![offset, length].every((n) => Number.isSafeInteger(n) && n >= 0)) {
    throw new StoreError('Rejected', key, `a range from ${offset} of ${length} bytes`);
  }
  const start = Math.min(offset, size);
  return { start, end: Math.min(start + length, size) };
}
