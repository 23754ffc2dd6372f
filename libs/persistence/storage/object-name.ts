import { Buffer } from 'node:buffer';
import { PersistenceError } from '../../errors';

/** Room for what is put behind the name: `.replica`, dates of backups. */
const SEGMENT_BYTES_MAX = 200;

/**
 * Rejects (OPTION_INVALID) a name under which no plain database file could lie: the port's rules for keys, said about the
 * setting or variable `named`.
 */
export function checkObjectName(name: string, named: string): string {
  const problem = problemOf(name);
  if (problem === undefined) return name;
  throw new PersistenceError('OPTION_INVALID', `${named} ${problem}.`, {
    hint: 'Write a relative name, with folders if you like, for example prod/app.db.',
  });
}

function problemOf(name: string): string | undefined {
  if (name.startsWith('/')) return 'begins with "/"';
  if (name.endsWith('/')) return 'names a folder';
  if (/[\\\0]/.test(name)) return 'has a backslash or NUL';
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(name)) return 'is a URL';
  for (const segment of name.split('/')) {
    if (segment === '') return 'has an empty segment';
    if (segment === '.' || segment === '..') return `has the segment "${segment}"`;
    if (Buffer.byteLength(segment) > SEGMENT_BYTES_MAX) {
      return `has a segment of more than ${SEGMENT_BYTES_MAX} bytes`;
    }
  }
  return undefined;
}
