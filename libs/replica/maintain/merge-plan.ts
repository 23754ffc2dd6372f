import type { Inventory, LogFile } from '../log/inventory';
import { LEVELS, MAX_INPUT_BYTES, MAX_INPUTS, type Level } from './levels';

/** Files to fold into one: each continues the one before. */
export interface MergePlan {
  /** Of the result. */
  readonly level: number;
  readonly inputs: readonly LogFile[];
}

export interface MergeMoment {
  /** The newest entry that this life knows to be stored: nothing beyond it is touched. */
  readonly durableTxid: number;
  /** ms since 1970. */
  readonly now: number;
}

/** What is due, level by level: those above are planned on what is there now, so plan again when the ones below are done. */
export function planMerges(
  inventory: Inventory,
  moment: MergeMoment,
  levels: readonly Level[] = LEVELS,
): MergePlan[] {
  return levels.flatMap((row) => planLevel(inventory, row, moment));
}

export function planLevel(
  { files }: Inventory,
  row: Level,
  { durableTxid, now }: MergeMoment,
): MergePlan[] {
  const known = files.filter((file) => file.maxTxid <= durableTxid);
  const sources = row.from === 0 ? unmergedEntries(known, durableTxid) : unmergedFiles(known, row);
  // The clock may have gone back; what follows a window has ended it.
  const latest = sources.reduce((newest, file) => Math.max(newest, momentOf(file)), now);
  const windowOf = (file: LogFile): number => Math.floor(momentOf(file) / row.windowMs);
  const open = sources.findIndex((file) => (windowOf(file) + 1) * row.windowMs > latest);
  const complete = open < 0 ? sources : sources.slice(0, open);
  return groups(complete, row, windowOf).map((inputs) => ({ level: row.level, inputs }));
}

/** When a file's last transaction was, as well as a listing tells. */
export const momentOf = ({ time, written }: LogFile): number => time ?? written ?? 0;

export const topOf = (files: readonly LogFile[]): number =>
  files.reduce((top, file) => Math.max(top, file.maxTxid), 0);

/**
 * The entries that nothing covers yet, without a gap up to the durable head. A covered TXID is not merged again: what
 * stands there now may be a void claim.
 */
function unmergedEntries(files: readonly LogFile[], durableTxid: number): LogFile[] {
  const entries = new Map(
    files.filter(({ level }) => level === 0).map((file) => [file.minTxid, file]),
  );
  const top = topOf(files.filter(({ level }) => level > 0));
  const run: LogFile[] = [];
  for (let txid = durableTxid; txid > top; txid--) {
    const entry = entries.get(txid);
    if (!entry) break;
    run.push(entry);
  }
  return run.toReversed();
}

/**
 * The files of the level below that this level does not cover, one continuing the other. A start point is left where it
 * is: it is folded into the next snapshot, and need not be copied by every level before.
 */
function unmergedFiles(files: readonly LogFile[], { level, from }: Level): LogFile[] {
  const top = topOf(files.filter((file) => file.level === level));
  const below = files
    .filter((file) => file.level === from && file.minTxid > 1 && file.maxTxid > top)
    .toSorted((a, b) => a.minTxid - b.minTxid);
  const first = below[0]?.minTxid ?? 0;
  // Behind what was removed below a snapshot a level goes on with what is left.
  return chainFrom(below, Math.max(top, first - 1));
}

/** Ever on with the file that follows without a gap and reaches furthest. `sorted`: by first TXID. */
function chainFrom(sorted: readonly LogFile[], after: number): LogFile[] {
  const chain: LogFile[] = [];
  let current = after;
  let at = 0;
  let best: LogFile | undefined;
  for (;;) {
    for (; at < sorted.length && sorted[at]!.minTxid <= current + 1; at++) {
      if (!best || sorted[at]!.maxTxid > best.maxTxid) best = sorted[at]!;
    }
    if (!best || best.maxTxid <= current) return chain;
    chain.push(best);
    current = best.maxTxid;
  }
}

/** Cuts at the ends of windows, where there is enough by then, and before a group becomes too large. */
function groups(
  files: readonly LogFile[],
  { minInputs }: Level,
  windowOf: (file: LogFile) => number,
): LogFile[][] {
  const done: LogFile[][] = [];
  let group: LogFile[] = [];
  let bytes = 0;
  const cut = (): void => {
    done.push(group);
    group = [];
    bytes = 0;
  };
  for (const file of files) {
    const last = group.at(-1);
    const full = group.length >= MAX_INPUTS || bytes + file.size > MAX_INPUT_BYTES;
    const ended = last !== undefined && windowOf(last) !== windowOf(file);
    if (last && (full || (ended && group.length >= minInputs))) cut();
    group.push(file);
    bytes += file.size;
  }
  if (group.length >= minInputs) cut();
  return done;
}
