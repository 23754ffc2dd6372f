import type { DatedCopy } from './backup-keys';
import type { BackupSettings } from './backup-types';

export interface HistoryPlan {
  /** A dated copy of the newest backup is to be made. */
  readonly due: boolean;
  /** Keys to delete; to be done behind the copy. */
  readonly remove: readonly string[];
}

/**
 * Dated copies are spread evenly over the time they are kept for: one is due when the newest is `backupKeepMs /
 * backupKeepCount` old. So the count bounds the cost, and a busy hour does not push last week out. The newest copy is never
 * removed. Pure.
 */
export function planHistory(
  copies: readonly DatedCopy[],
  now: number,
  { backupKeepCount, backupKeepMs }: BackupSettings,
): HistoryPlan {
  if (backupKeepCount <= 0 || backupKeepMs <= 0) return { due: false, remove: [] };
  const newestFirst = copies.toSorted((a, b) => b.time - a.time || b.txid - a.txid);
  const newest = newestFirst[0];
  // A name from the future is that of a wrong clock: it must not stop the history.
  const due = !newest || Math.abs(now - newest.time) >= backupKeepMs / backupKeepCount;
  const room = due ? backupKeepCount - 1 : backupKeepCount;
  const kept = newestFirst.filter(
    ({ time }, index) => (index < room && now - time <= backupKeepMs) || (index === 0 && !due),
  );
  return { due, remove: newestFirst.filter((copy) => !kept.includes(copy)).map(({ key }) => key) };
}
