import { PersistenceError } from '../../errors';
import type { Inventory, LogFile } from './inventory';

/** The state wanted: the newest; the one at a TXID; or the newest from before a moment (ms since 1970, exclusive). */
export type RestoreTarget =
  | { readonly kind: 'latest' }
  | { readonly kind: 'txid'; readonly txid: number }
  | { readonly kind: 'time'; readonly time: number };

/** Files to apply one after the other, each whole; the first is a snapshot. */
export interface RestorePlan {
  readonly target: RestoreTarget;
  readonly files: readonly LogFile[];
  /** The state they end in. */
  readonly txid: number;
}

/** How far the clocks of two honest hosts may differ. */
export const FUTURE_TOLERANCE_MS = 10 * 60_000;

/**
 * Chooses the files that give the wanted state: from the one with TXID 1 that reaches furthest, ever on with the file that
 * follows without a gap and reaches furthest. Of files that reach equally far the most merged one is taken.
 *
 * Throws `REPLICA_FUTURE_DATED` (for every kind of target: a file dated ahead hides from a restore to a time) also where a
 * file is dated after one that continues it, `REPLICA_GAP` where an object of the history is missing, and `RESTORE_POINT_UNKNOWN` where the wanted state cannot be
 * given: an empty log, a TXID that lies inside a merged file or beyond the head, a moment before the oldest state.
 * Messages name the object and the newest good point. Missing *newest* files leave no trace that could be seen here.
 */
export function planRestore(inventory: Inventory, target: RestoreTarget, now: number): RestorePlan {
  refuseFutureDates(inventory, now);
  if (inventory.files.length === 0) {
    throw unknownPoint('The replica is empty: there is nothing to restore.');
  }
  const candidates = inventory.files.filter((file) => isWithin(file, target));
  const files = chain(candidates);
  const txid = files.at(-1)?.maxTxid ?? 0;
  if (target.kind !== 'txid' || txid !== target.txid) refuseHole(inventory, candidates, txid);
  if (target.kind === 'txid' && txid !== target.txid) throw notAPoint(inventory, target, txid);
  if (txid === 0)
    throw unknownPoint(
      `No state from before ${describe(target)} is stored.`,
      points(inventory, txid),
    );
  return { target, files, txid };
}

/** The newest state that can be restored, whatever stands behind a gap; 0 if none. For messages. */
export const newestGoodTxid = (inventory: Inventory): number =>
  chain(inventory.files).at(-1)?.maxTxid ?? 0;

function isWithin(file: LogFile, target: RestoreTarget): boolean {
  if (target.kind === 'latest') return true;
  if (target.kind === 'txid') return file.maxTxid <= target.txid;
  if (file.time === undefined) {
    throw new PersistenceError('INTERNAL', `The time of ${file.key} was not read.`, {
      key: file.key,
    });
  }
  return file.time < target.time;
}

/** Greedy and in one pass: candidates sorted by where they begin, the best of those that can follow is kept. */
function chain(candidates: readonly LogFile[]): LogFile[] {
  const sorted = [...candidates].sort((a, b) => a.minTxid - b.minTxid);
  const files: LogFile[] = [];
  let current = 0;
  let at = 0;
  let best: LogFile | undefined;
  for (;;) {
    for (; at < sorted.length && sorted[at]!.minTxid <= current + 1; at++) {
      if (!best || reachesFurther(sorted[at]!, best)) best = sorted[at]!;
    }
    if (!best || best.maxTxid <= current) return files;
    files.push(best);
    current = best.maxTxid;
  }
}

const reachesFurther = (a: LogFile, b: LogFile): boolean =>
  a.maxTxid > b.maxTxid || (a.maxTxid === b.maxTxid && a.level > b.level);

function refuseFutureDates(inventory: Inventory, now: number): void {
  const ahead = inventory.files.find(({ time = 0 }) => time > now + FUTURE_TOLERANCE_MS);
  if (!ahead) return;
  throw new PersistenceError(
    'REPLICA_FUTURE_DATED',
    `${ahead.key} is dated ${iso(ahead.time!)}, and it is ${iso(now)} here.`,
    { key: ahead.key },
  );
}

/**
 * What was chosen ends at `txid`. Refuses to take that for the answer where the next TXID is missing although later ones
 * are there, or is hidden by a later time than that of a file behind it. Where it was merged with what is not wanted, the
 * state before is the nearest one that is still stored by itself.
 */
function refuseHole(inventory: Inventory, candidates: readonly LogFile[], txid: number): void {
  const missing = txid + 1;
  const good =
    txid === 0
      ? 'nothing before it can be restored'
      : `the newest good point before it is TXID ${txid}`;
  const covering = inventory.files.filter(
    (file) => file.minTxid <= missing && file.maxTxid >= missing,
  );
  const isBeyond = (file: LogFile): boolean => file.minTxid > missing;
  if (covering.length === 0) {
    const beyond = lowest(inventory.files.filter(isBeyond));
    if (!beyond) return;
    const what = `TXID ${missing} is missing before ${beyond.key}; ${good}.`;
    throw new PersistenceError('REPLICA_GAP', what, { key: beyond.key });
  }
  const hidden = lowest(candidates.filter(isBeyond));
  if (!hidden || covering.some((file) => file.maxTxid >= hidden.minTxid)) return;
  const { key } = covering[0]!;
  throw new PersistenceError(
    'REPLICA_FUTURE_DATED',
    `${key} is dated after ${hidden.key}, which continues it; ${good}.`,
    { key },
  );
}

const lowest = (files: readonly LogFile[]): LogFile | undefined =>
  files.reduce<LogFile | undefined>(
    (least, file) => (least && least.minTxid <= file.minTxid ? least : file),
    undefined,
  );

function notAPoint(
  inventory: Inventory,
  target: RestoreTarget & { kind: 'txid' },
  txid: number,
): PersistenceError {
  const around = points(inventory, txid);
  const head = inventory.files.reduce((highest, file) => Math.max(highest, file.maxTxid), 0);
  return target.txid > head
    ? unknownPoint(`The replica ends at TXID ${head}, before TXID ${target.txid}.`, around)
    : unknownPoint(`TXID ${target.txid} is not a state that is still stored by itself.`, around);
}

/** The restorable TXIDs next to where a plan ended, for a message. */
function points(inventory: Inventory, txid: number): string {
  const next = nextPoint(inventory, txid);
  const near = [txid, next].filter((point) => point !== undefined && point > 0);
  return near.length === 0
    ? 'There is no restore point.'
    : `Choose one of the restore points: TXID ${near.join(' or ')}.`;
}

function nextPoint(inventory: Inventory, txid: number): number | undefined {
  const ends = [...new Set(inventory.files.map((file) => file.maxTxid))]
    .filter((end) => end > txid)
    .sort((a, b) => a - b);
  return ends.slice(0, NEXT_POINTS_TRIED).find((end) => {
    const files = chain(inventory.files.filter((file) => file.maxTxid <= end));
    return files.at(-1)?.maxTxid === end;
  });
}

/** Each costs a pass over the inventory, and it is only for a message. */
const NEXT_POINTS_TRIED = 50;

const describe = (target: RestoreTarget): string =>
  target.kind === 'time'
    ? iso(target.time)
    : target.kind === 'txid'
      ? `TXID ${target.txid}`
      : 'now';

/** Also for numbers that are no date. */
const iso = (ms: number): string =>
  Number.isFinite(ms) && Math.abs(ms) <= 8.64e15 ? new Date(ms).toISOString() : String(ms);

const unknownPoint = (message: string, hint?: string): PersistenceError =>
  new PersistenceError('RESTORE_POINT_UNKNOWN', message, hint === undefined ? {} : { hint });
