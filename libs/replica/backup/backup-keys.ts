import { ltxTxid, parseLtxTxid } from './txid-text';

const EXTENSION = '.db';
/** Different files that are kept of one place. More, and somebody else works there. */
export const MAX_FOREIGN = 9;
const JOURNALS = ['-wal', '-journal', '-shm'] as const;
const DATED = /^(\d{4}-\d\d-\d\d)T(\d\d)-(\d\d)-(\d\d\.\d{3}Z)-([0-9a-f]{16})\.db$/;

/** A dated copy, as its name tells. */
export interface DatedCopy {
  readonly key: string;
  /** ms since 1970. */
  readonly time: number;
  readonly txid: number;
}

/** Files that SQLite would take for journals of the object at `key`. */
export function journalKeys(key: string): string[] {
  return JOURNALS.map((suffix) => key + suffix);
}

/**
 * Where an object that is not ours is kept before it is written over: `app.before-adoption.db` for `app.db`, and
 * `app.before-adoption` for `app`. `n` counts from 1.
 */
export function foreignKey(key: string, n: number): string {
  const hasName = /[^/]\.db$/.test(key);
  const [stem, extension] = hasName ? [key.slice(0, -EXTENSION.length), EXTENSION] : [key, ''];
  return `${stem}.before-adoption${n === 1 ? '' : `-${n}`}${extension}`;
}

/** Folder of the dated copies: of the whole key, so that `app` and `app.db` have one each. */
export function datedPrefix(key: string): string {
  return `${key}.backups/`;
}

/** Sorts by time; without the colons that some file systems refuse. */
export function datedKey(key: string, time: number, txid: number): string {
  const moment = new Date(time).toISOString().replaceAll(':', '-');
  return `${datedPrefix(key)}${moment}-${ltxTxid(txid)}${EXTENSION}`;
}

/** Null for whatever was not named by `datedKey`: such objects are never deleted. */
export function parseDatedKey(key: string, dated: string): DatedCopy | null {
  const prefix = datedPrefix(key);
  const match = dated.startsWith(prefix) ? DATED.exec(dated.slice(prefix.length)) : null;
  if (!match) return null;
  const [, day, hours, minutes, seconds, digits] = match;
  const time = Date.parse(`${day}T${hours}:${minutes}:${seconds}`);
  const txid = parseLtxTxid(digits!);
  return Number.isNaN(time) || txid === null ? null : { key: dated, time, txid };
}

/** Everything that the backups of a key may put beside it: objects by their keys, and the folder (its prefix) of the copies. */
export function keysBeside(key: string): { readonly objects: string[]; readonly prefix: string } {
  const kept = Array.from({ length: MAX_FOREIGN }, (_, index) => foreignKey(key, index + 1));
  const objects = kept.flatMap((each) => [each, ...journalKeys(each)]);
  return { objects, prefix: datedPrefix(key) };
}
