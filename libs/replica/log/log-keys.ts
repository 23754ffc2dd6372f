import { ltxFileName, parseLtxFileName } from '../../ltx';

/** Whose history this is. */
export const DESCRIPTOR_KEY = 'replica.json';

/** That the conditions of this store were tried. */
export const PROBE_KEY = 'probe.json';

/** Objects with which they are tried; gone afterwards. */
export const PROBE_PREFIX = 'probe/';

/** L0 holds the entries, L1 to L3 what was merged from them, L9 snapshots; 4 to 8 are read if somebody wrote them. */
export const MAX_LEVEL = 9;

/** Everything of a level, and nothing else. */
export const levelPrefix = (level: number): string => `ltx/${level}/`;

/**
 * Key of a file of the log, relative to the replica's root: the layout that Litestream 0.5 has on files, Google Cloud
 * Storage and Azure.
 */
export const logKey = (level: number, minTxid: number, maxTxid: number): string =>
  levelPrefix(level) + ltxFileName(minTxid, maxTxid);

/** The TXIDs of a key below `levelPrefix(level)`; null for anything that is no file of the log. */
export function parseLogKey(
  level: number,
  key: string,
): { minTxid: number; maxTxid: number } | null {
  const prefix = levelPrefix(level);
  return key.startsWith(prefix) ? parseLtxFileName(key.slice(prefix.length)) : null;
}
