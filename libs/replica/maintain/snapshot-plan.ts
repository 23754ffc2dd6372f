import type { Inventory, LogFile } from '../log/inventory';
import { newestGoodTxid, planRestore } from '../log/restore-plan';
import { MAX_INPUTS, SNAPSHOT_LEVEL } from './levels';
import { momentOf, type MergeMoment, type MergePlan } from './merge-plan';

/** Sooner than the interval, but not more often than this, where a restore has come to read much beside the snapshot. */
const SOONEST_MS = 15 * 60_000;
/** That is: this part of the snapshot's own size. */
const MUCH = 0.3;

/**
 * The next snapshot, if it is due: the newest start point and the merged files behind it. Entries are left out: they are
 * folded by level 1 first, so that a snapshot never goes further than what is merged.
 */
export function planSnapshot(
  inventory: Inventory,
  { durableTxid, now }: MergeMoment,
  everyMs: number,
): MergePlan | null {
  const files = inventory.files.filter(
    (file) => file.maxTxid <= durableTxid && (file.level > 0 || file.maxTxid === 1),
  );
  const txid = newestGoodTxid({ files });
  if (txid === 0) return null;
  const chain = planRestore({ files }, { kind: 'txid', txid }, Number.POSITIVE_INFINITY).files;
  const [start, ...rest] = chain;
  if (!start || rest.length === 0 || !isDue(start, rest, now, everyMs)) return null;
  return { level: SNAPSHOT_LEVEL, inputs: chain.slice(0, MAX_INPUTS) };
}

function isDue(start: LogFile, rest: readonly LogFile[], now: number, everyMs: number): boolean {
  const ageMs = Math.max(now, momentOf(rest.at(-1)!)) - momentOf(start);
  if (ageMs >= everyMs) return true;
  const bytes = rest.reduce((sum, { size }) => sum + size, 0);
  return ageMs >= SOONEST_MS && bytes >= start.size * MUCH;
}
