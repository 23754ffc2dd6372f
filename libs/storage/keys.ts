import { Buffer } from 'node:buffer';
import { StoreError } from './store-error';

const SEGMENT_BYTES_MAX = 255;

/** Rejects a key that the port does not allow, whatever the provider would make of it. */
export function assertKey(key: string): void {
  if (key.length === 0) throw new StoreError('Rejected', key, 'an empty key');
  for (const segment of key.split('/')) assertSegment(key, segment);
}

/**
 * Rejects a prefix that no key can begin with. Its last segment may be a part of a name; the ones before it are whole,
 * so that a listing never leaves the store through `..`.
 */
export function assertPrefix(prefix: string): void {
  const folders = prefix.split('/');
  const partial = folders.pop() ?? '';
  for (const segment of folders) assertSegment(prefix, segment);
  if (/[\\\0]/.test(partial)) throw new StoreError('Rejected', prefix, 'a prefix with \\ or NUL');
}

function assertSegment(key: string, segment: string): void {
  const reason = whyNot(segment);
  if (reason !== undefined) throw new StoreError('Rejected', key, `a key with ${reason}`);
}

function whyNot(segment: string): string | undefined {
  if (segment === '') return 'an empty segment';
  if (segment === '.' || segment === '..') return `the segment "${segment}"`;
  if (segment.includes('\\')) return 'a backslash';
  if (segment.includes('\0')) return 'a NUL';
  if (/\p{Cs}/u.test(segment)) return 'half of a surrogate pair';
  if (Buffer.byteLength(segment) > SEGMENT_BYTES_MAX) {
    return `a segment above ${SEGMENT_BYTES_MAX} bytes`;
  }
  return undefined;
}

/**
 * Orders keys by the bytes of their UTF-8. JavaScript compares UTF-16 units, which differs where a character beyond
 * U+FFFF (a surrogate pair, units from D800) meets one between U+E000 and U+FFFF.
 */
export function compareKeys(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const x = a.charCodeAt(i);
    const y = b.charCodeAt(i);
    if (x !== y) return rank(x) - rank(y);
  }
  return a.length - b.length;
}

/** Moves surrogates behind every other unit. */
function rank(unit: number): number {
  return unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit;
}
