import { ZERO_CHECKSUM, type EntryInfo } from './entry-info';
import { invalid } from './invalid';
import { LtxEncoder, type LtxSummary } from './ltx-encoder';
import type { LtxHeader } from './ltx-header';
import { PageCursor } from './page-cursor';

export interface MergeOptions {
  /**
   * File checksum of the last input (its last 8 bytes, 16 hex digits). The result names it in its first bytes, so it must
   * be known beforehand; it is compared when the last input has been read.
   */
  readonly lastChecksum: string;
  /** Whether the result names the WAL position of its last input (snapshots, level 9) or none (levels 1 to 3). Default `none`. */
  readonly wal?: 'last' | 'none';
  /** Who merges: 16 hex digits. Default: the node of the last input. */
  readonly nodeId?: string;
}

/**
 * Merges LTX files, in ascending order of their last TXIDs, into one that does to a database what they do one after the
 * other: of each page the newest version, without pages beyond the last size. The result is of kind `merged`, carries the
 * latest time of its inputs, and as `parent` the checksum of the last entry that it holds (zeros where that one has no
 * reserved bytes).
 *
 * Inputs are opened all at once and read side by side, a chunk of each in memory; `sink` gets the output in pieces, each
 * valid only during the call. Rejects with `LTX_INVALID` for an input that is not intact, for files that do not follow
 * each other, and for differing page sizes: what `sink` got is then worthless. All inputs are closed in any case.
 */
export async function mergeLtx(
  inputs: readonly AsyncIterable<Uint8Array>[],
  sink: (chunk: Uint8Array) => void,
  options: MergeOptions,
): Promise<LtxSummary> {
  const cursors = inputs.map((input) => new PageCursor(input));
  try {
    await Promise.all(cursors.map((cursor) => cursor.open()));
    assertSuccession(cursors);
    const encoder = new LtxEncoder(mergedHeader(cursors, options), sink);
    await mergePages(cursors, encoder);
    for (const cursor of cursors) await cursor.drain();
    if (cursors.at(-1)?.checksum !== options.lastChecksum) {
      throw invalid('the last file of a merge is not the one that was named');
    }
    return encoder.finish();
  } finally {
    await Promise.allSettled(cursors.map((cursor) => cursor.close()));
  }
}

/** Each file follows the one before, without a gap, in the same database. */
function assertSuccession(cursors: readonly PageCursor[]): void {
  cursors.forEach((cursor, position) => {
    const before = cursors[position - 1]?.header;
    if (!before) return;
    const { header } = cursor;
    if (header.pageSize !== before.pageSize) {
      throw invalid(`page size ${header.pageSize} follows ${before.pageSize}`);
    }
    const follows = header.minTxid <= before.maxTxid + 1 && header.maxTxid > before.maxTxid;
    if (!follows || header.minTxid < cursors[0]!.header.minTxid) {
      throw invalid(
        `TXIDs ${header.minTxid} to ${header.maxTxid} do not continue ${before.minTxid} to ${before.maxTxid}`,
      );
    }
    // Entries of ours never go back. Litestream's may, and so may what was merged of them; it stamps a snapshot with the
    // moment it began to write it, which may lie behind that of the next entry.
    if (isOwnEntry(header) && isOwnEntry(before) && header.timestamp < before.timestamp) {
      throw invalid(`TXID ${header.maxTxid} is dated before the TXID it follows`);
    }
    cursor.growFrom(before.commit);
  });
}

const isOwnEntry = ({ entry }: LtxHeader): boolean => entry !== null && entry.kind !== 'merged';

function mergedHeader(cursors: readonly PageCursor[], options: MergeOptions): LtxHeader {
  const [first, last] = [cursors[0]?.header, cursors.at(-1)?.header];
  if (!first || !last) throw invalid('a merge of no files');
  const { walOffset, walSize, salt1, salt2 } =
    options.wal === 'last' ? last : { walOffset: 0, walSize: 0, salt1: 0, salt2: 0 };
  return {
    pageSize: last.pageSize,
    commit: last.commit,
    minTxid: first.minTxid,
    maxTxid: last.maxTxid,
    timestamp: cursors.reduce((latest, { header }) => Math.max(latest, header.timestamp), 0),
    walOffset,
    walSize,
    salt1,
    salt2,
    nodeId: options.nodeId ?? last.nodeId,
    entry: {
      kind: 'merged',
      frameChecksum: last.entry?.frameChecksum ?? ZERO_CHECKSUM,
      parent: lastEntryChecksum(last.entry, options.lastChecksum),
    },
  };
}

function lastEntryChecksum(entry: EntryInfo | null, fileChecksum: string): string {
  if (!entry) return ZERO_CHECKSUM;
  return entry.kind === 'merged' ? entry.parent : fileChecksum;
}

async function mergePages(cursors: readonly PageCursor[], encoder: LtxEncoder): Promise<void> {
  const commit = cursors.at(-1)!.header.commit;
  for (const cursor of cursors) await step(cursor);
  for (;;) {
    let lowest = Infinity;
    let newest: PageCursor | undefined;
    for (const cursor of cursors) {
      if (cursor.pgno > lowest || cursor.pgno === Infinity) continue;
      lowest = cursor.pgno;
      newest = cursor;
    }
    if (!newest) return;
    if (lowest <= commit) encoder.page(lowest, newest.page);
    for (const cursor of cursors) {
      if (cursor.pgno === lowest && !cursor.advance()) await step(cursor);
    }
  }
}

async function step(cursor: PageCursor): Promise<void> {
  while (!cursor.advance()) await cursor.refill();
}
