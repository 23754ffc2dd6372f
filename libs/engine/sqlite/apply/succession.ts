import { PersistenceError } from '../../../errors';
import { type LtxHeader, type LtxSummary, ZERO_CHECKSUM } from '../../../ltx';

/** Where the WAL begins to hold frames. */
const WAL_START = 32;

/**
 * Whether a file continues the one that was applied before: without a gap, in the same page size, never back in time, and
 * naming it as parent; where Litestream wrote the file and nobody names a parent, at the place of the WAL where the one
 * before ended. Throws `REPLICA_CORRUPT` (`REPLICA_GAP` for a gap) with the key.
 */
export function assertFollows(key: string, header: LtxHeader, before: LtxSummary | null): void {
  if (!before) {
    if (header.minTxid !== 1) {
      throw new PersistenceError('REPLICA_GAP', `${key} is no snapshot to begin with.`, { key });
    }
    return;
  }
  const previous = before.header;
  if (header.minTxid > previous.maxTxid + 1) {
    throw new PersistenceError(
      'REPLICA_GAP',
      `TXID ${previous.maxTxid + 1} is missing before ${key}.`,
      { key },
    );
  }
  if (header.maxTxid <= previous.maxTxid) {
    throw foreign(key, `ends at TXID ${header.maxTxid}, which was applied before`);
  }
  if (header.pageSize !== previous.pageSize) {
    throw foreign(key, `has pages of ${header.pageSize} bytes, the database ${previous.pageSize}`);
  }
  // Entries of ours never go back. Litestream's may, and so may what was merged of them; it stamps a snapshot with the
  // moment it began to write it, which may lie behind that of the next entry.
  if (isOwnEntry(header) && isOwnEntry(previous) && header.timestamp < previous.timestamp) {
    throw foreign(key, 'is dated before the one it continues');
  }
  if (header.minTxid === previous.maxTxid + 1 && header.minTxid === header.maxTxid) {
    assertNamesItsParent(key, header, before);
  }
}

/**
 * Who owns the database behind a file: whoever wrote the last claim (TXID 1 is one). Null where that cannot be told, behind
 * a merged file or one of Litestream's. Throws `REPLICA_CORRUPT` for an entry by an instance that had not claimed.
 */
export function ownerBehind(key: string, header: LtxHeader, owner: string | null): string | null {
  const { entry, minTxid, nodeId } = header;
  if (!entry || entry.kind === 'merged') return null;
  if (entry.kind === 'claim' || minTxid === 1) return nodeId;
  if (owner !== null && nodeId !== owner) {
    throw foreign(key, `was written by instance ${nodeId}, and ${owner} owned the database`);
  }
  return owner;
}

const isOwnEntry = ({ entry }: LtxHeader): boolean => entry !== null && entry.kind !== 'merged';

/** For an entry right behind what was applied. */
function assertNamesItsParent(key: string, header: LtxHeader, before: LtxSummary): void {
  if (header.entry === null) {
    if (!continuesWal(header, before.header)) {
      throw foreign(key, 'continues another write-ahead log than the one before');
    }
    return;
  }
  // A merged entry's own parent is that of its last entry, so it says nothing about what came before.
  if (header.entry.kind === 'merged') return;
  const expected = lastEntryOf(before);
  if (header.entry.parent !== expected) {
    throw foreign(key, `names ${header.entry.parent} as the entry before, which is ${expected}`);
  }
}

/** File checksum of the last entry in a file; zeros where Litestream wrote it. */
function lastEntryOf({ header, checksum }: LtxSummary): string {
  if (!header.entry) return ZERO_CHECKSUM;
  return header.entry.kind === 'merged' ? header.entry.parent : checksum;
}

/** Frames follow those before, or begin a new WAL. True where either file names no place. */
function continuesWal(header: LtxHeader, previous: LtxHeader): boolean {
  if (header.walOffset <= WAL_START || !namesPlace(previous)) return true;
  const sameWal = header.salt1 === previous.salt1 && header.salt2 === previous.salt2;
  return sameWal && header.walOffset === previous.walOffset + previous.walSize;
}

const namesPlace = ({ walOffset, salt1, salt2 }: LtxHeader): boolean =>
  walOffset !== 0 && (salt1 !== 0 || salt2 !== 0);

const foreign = (key: string, what: string): PersistenceError =>
  new PersistenceError('REPLICA_CORRUPT', `${key} ${what}.`, { key });
