import { isPersistenceError } from '../../errors';
import type { ObjectStore } from '../../storage/object-store';
import type { Clock } from '../clock';
import { confirmPoint } from '../log/confirm-point';
import { readInventory, type Inventory, type LogFile } from '../log/inventory';
import { planRestore } from '../log/restore-plan';
import { storeFailure } from '../log/store-failure';
import type { RestorePoint } from '../replica-types';
import { FileTimes } from './file-times';
import { doubtsIn, restorableFiles } from './restore-points-plan';
import { retryMoved } from './retry-moved';
import { areMisdated, newestOf } from './misdated';

export interface RestorePointsOptions {
  readonly store: ObjectStore;
  readonly clock: Clock;
  /** ms since 1970, inclusive. */
  readonly from?: number;
  /** ms since 1970, exclusive: the time of the last point of one page gives the next page. */
  readonly to?: number;
  /** Points to give at most, 1 to 1,000 (default 100). */
  readonly limit?: number;
}

export const RESTORE_POINTS_DEFAULT = 100;
export const RESTORE_POINTS_MAX = 1_000;
const ASKED_AT_ONCE = 8;

/**
 * What can be restored exactly, newest first. One listing, and where that does not tell times one request for each point
 * that is given, and some for the bounds. Where the times are not those in the files, these are read instead.
 */
export async function restorePoints(options: RestorePointsOptions): Promise<RestorePoint[]> {
  try {
    return await retryMoved(options.clock, () => list(options));
  } catch (error) {
    throw storeFailure(error, 'Reading the replica');
  }
}

async function list(options: RestorePointsOptions): Promise<RestorePoint[]> {
  const { store } = options;
  const inventory = await readInventory(store);
  const times = new FileTimes(store);
  const { points, looked } = await page(options, inventory, times);
  if (!(await areMisdated(store, times, looked))) return points;
  // Copied without the times of its files: theirs are asked for one by one.
  return (await page(options, inventory, new FileTimes(store, { inside: true }))).points;
}

interface Page {
  readonly points: RestorePoint[];
  /** The newest file, the first and last of the page, and their neighbours: where a misdated file would mislead. */
  readonly looked: readonly LogFile[];
}

async function page(
  { store, from, to, limit: wanted = RESTORE_POINTS_DEFAULT }: RestorePointsOptions,
  inventory: Inventory,
  times: FileTimes,
): Promise<Page> {
  const limit = Math.min(wanted, RESTORE_POINTS_MAX);
  const files = restorableFiles(inventory);
  const isDoubtful = doubtsIn(inventory);
  const end = to === undefined ? files.length : await times.countBefore(files, to);
  const begin = from === undefined ? 0 : await times.countBefore(files.slice(0, end), from);

  const pointOf = async (file: LogFile): Promise<RestorePoint | null> => {
    const { maxTxid: txid, level } = file;
    if (isDoubtful(file) && !(await isOfHistory(store, inventory, txid))) return null;
    return { txid, time: await times.of(file), level };
  };
  const points: RestorePoint[] = [];
  let at = end;
  while (at > begin && points.length < limit) {
    const some = Math.min(ASKED_AT_ONCE, limit - points.length, at - begin);
    const dated = await Promise.all(files.slice(at - some, at).map(pointOf));
    points.push(...dated.reverse().filter((point) => point !== null));
    at -= some;
  }
  const edges = [files[end - 1], files[at], ...(to === undefined ? [] : [files[end]])];
  if (from !== undefined && begin > 0) edges.push(files[begin - 1]);
  const looked = [newestOf(files), ...edges].filter((file) => file !== undefined);
  return { points, looked };
}

async function isOfHistory(
  store: ObjectStore,
  inventory: Inventory,
  txid: number,
): Promise<boolean> {
  try {
    const plan = planRestore(inventory, { kind: 'txid', txid }, Number.POSITIVE_INFINITY);
    await confirmPoint(store, plan, inventory);
    return true;
  } catch (error) {
    if (isPersistenceError(error, 'RESTORE_POINT_UNKNOWN', 'REPLICA_CORRUPT')) return false;
    throw error;
  }
}
