import { PersistenceError } from '../../errors';
import type { ObjectStore } from '../../storage/object-store';
import { readInventory, readLevel, type Inventory, type LogFile } from './inventory';
import { levelPrefix, MAX_LEVEL } from './log-keys';
import { newestGoodTxid } from './restore-plan';

/** An inventory for the newest state. `whole`: nothing of the log was left out. */
export interface RecentInventory extends Inventory {
  readonly whole: boolean;
}

const SNAPSHOT_LEVEL = 9;

/**
 * What the newest state can be restored from, where the store can begin a listing anywhere: the newest snapshot, the merged
 * files from there on, the entries from there on. After a day of many commits nearly all files are older than that, and
 * reading their names takes longer than reading the database. The whole log where there is no snapshot, or where what was
 * found is not one chain.
 *
 * The merged files are listed first, to know where entries begin to matter; then all levels upwards, from there on, as in
 * `readInventory` and for the same reason.
 */
export async function readRecentInventory(store: ObjectStore): Promise<RecentInventory> {
  const { orderedList, listAfter } = store.capabilities;
  const newest = orderedList && listAfter ? await newestSnapshot(store) : null;
  if (!newest) return { ...(await readInventory(store)), whole: true };
  const merged: LogFile[] = [newest];
  for (let level = 1; level < SNAPSHOT_LEVEL; level++) {
    merged.push(...(await readLevel(store, level, from(level, newest.maxTxid))));
  }
  const reached = newestGoodTxid({ files: merged });
  const files = new Map(merged.map((file) => [file.key, file]));
  for (let level = 0; level <= MAX_LEVEL; level++) {
    const known = merged.findLast((file) => file.level === level);
    const options = known ? { startAfter: known.key } : from(level, reached);
    for (const file of await readLevel(store, level, options)) files.set(file.key, file);
  }
  const all = [...files.values()].sort((a, b) => a.level - b.level || a.minTxid - b.minTxid);
  const top = all.reduce((highest, { maxTxid }) => Math.max(highest, maxTxid), 0);
  if (newestGoodTxid({ files: all }) === top) return { files: all, whole: false };
  return { ...(await readInventory(store)), whole: true };
}

/** Names begin with the first TXID: everything that begins at this one or later. */
const from = (level: number, txid: number): { readonly startAfter: string } => ({
  startAfter: levelPrefix(level) + txid.toString(16).padStart(16, '0'),
});

async function newestSnapshot(store: ObjectStore): Promise<LogFile | null> {
  const snapshots = await readLevel(store, SNAPSHOT_LEVEL, {});
  return snapshots
    .filter(({ minTxid }) => minTxid === 1)
    .reduce<LogFile | null>(
      (best, file) => (best && best.maxTxid >= file.maxTxid ? best : file),
      null,
    );
}

/** Whether a failure may be due to what a recent inventory left out: an older file may give the same state. */
export const mayNeedWholeLog = (error: unknown): boolean =>
  error instanceof PersistenceError &&
  ['REPLICA_CORRUPT', 'REPLICA_GAP', 'REPLICA_FUTURE_DATED', 'RESTORE_POINT_UNKNOWN'].includes(
    error.code,
  );
