import type { DatedCopy } from './backup-keys';
import type { BackupSettings } from './backup-types';

export interface HistoryPlan {
  /** A dated copy of the newest backup is to be made. */
  readonly due: boolean;
  /** Keys to delete; to be done behind the copy. */
  readonly remove: readonly string[];
}

/**
 * Dated copies are spread evenly over the time they are kept for: one is due where none lies within `backupKeepMs /
 * backupKeepCount` of now. So the count bounds the cost, and a busy hour does not push last week out. Copies beyond the
 * count go, the oldest first; of those within it that are too old only one at a time, because a clock may be wrong. The
 * newest copy is never removed. Pure.
 */
export function planHistory(
  copies: readonly DatedCopy[],
  now: number,
  { backupKeepCount, backupKeepMs }: BackupSettings,
): HistoryPlan {
  if (backupKeepCount <= 0 || backupKeepMs <= 0) return { due: false, remove: [] };
  const newestFirst = copies.toSorted((a, b) => b.time - a.time || b.txid - a.txid);
  const step = backupKeepMs / backupKeepCount;
  // A name from the future is that of a wrong clock: it must neither stop the history nor hurry it.
  const due = newestFirst.every(({ time }) => Math.abs(now - time) >= step);
  const room = due ? backupKeepCount - 1 : backupKeepCount;
  const surplus = newestFirst.slice(room);
  const oldest = newestFirst.at(-1);
  const expired = oldest && now - oldest.time > backupKeepMs && (due || newestFirst.length > 1);
  const remove = surplus.length > 0 ? surplus : expired ? [oldest] : [];
  return { due, remove: remove.map(({ key }) => key) };
}
