import { readInventory } from '../../libs/replica/log/inventory';
import { planRestore } from '../../libs/replica/log/restore-plan';
import type { MaintenanceSettings } from '../../libs/replica/maintain/maintenance-types';
import {
  counted,
  costOf,
  RequestCounter,
  STORE_PRICES,
  type RequestCounts,
} from '../../libs/storage';
import type { ObjectStore } from '../../libs/storage/object-store';
import type { ManualClock } from '../../libs/testing';
import { SyntheticLog } from './synthetic-log';

export interface BusyTime {
  /** Its moments of writing are those of `clock`. */
  readonly store: ObjectStore;
  readonly clock: ManualClock;
  readonly seconds: number;
  /** Of the database. */
  readonly pages: number;
  readonly pageSize: number;
  readonly settings?: MaintenanceSettings;
  /** Called after each tick of maintenance, with the log as it is. */
  readonly onTick?: (log: SyntheticLog) => Promise<void>;
}

export interface BusyReport {
  readonly log: SyntheticLog;
  /** What the database holds at the end: a number per page. */
  readonly fills: readonly number[];
  readonly requests: RequestCounts;
  /** Of all that is stored, by level. */
  readonly objects: Readonly<Record<number, number>>;
  readonly bytes: number;
  /** What a restore of the newest state reads. */
  readonly restore: { readonly files: number; readonly bytes: number };
  /** Of the newest snapshot. */
  readonly snapshotBytes: number;
}

const PER_TICK = 30;

/**
 * An app that commits once a second, with maintenance every half minute: each commit changes the first page and two others.
 * Entries, folds and requests are real; there is no database behind them.
 */
export async function liveThrough(options: BusyTime): Promise<BusyReport> {
  const { clock, seconds, pages, pageSize, settings = {} } = options;
  const counter = new RequestCounter(() => clock.now());
  const store = counted(options.store, counter);
  const log = new SyntheticLog({ store, clock, settings, pageSize, nodeId: 'aaaaaaaaaaaaaaaa' });
  const fills = Array.from({ length: pages }, (_, at) => at);
  await log.data(new Map(fills.map((fill, at) => [at + 1, fill])), pages);
  let state = 1;
  const somePage = (): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return 1 + Math.floor((state / 2 ** 32) * pages);
  };
  for (let second = 1; second <= seconds; second++) {
    await clock.advance(1_000);
    const changed = new Map([1, somePage(), somePage()].map((pgno) => [pgno, second]));
    for (const [pgno, fill] of changed) fills[pgno - 1] = fill;
    await log.data(changed);
    if (second % PER_TICK !== 0) continue;
    await log.maintain();
    await options.onTick?.(log);
  }
  return {
    log,
    fills,
    requests: counter.snapshot().life.counts,
    ...(await describe(options.store)),
  };
}

async function describe(
  store: ObjectStore,
): Promise<Pick<BusyReport, 'objects' | 'bytes' | 'restore' | 'snapshotBytes'>> {
  const inventory = await readInventory(store);
  const objects: Record<number, number> = {};
  for (const { level } of inventory.files) objects[level] = (objects[level] ?? 0) + 1;
  const sum = (files: readonly { readonly size: number }[]): number =>
    files.reduce((bytes, { size }) => bytes + size, 0);
  const { files } = planRestore(inventory, { kind: 'latest' }, Number.POSITIVE_INFINITY);
  return {
    objects,
    bytes: sum(inventory.files),
    restore: { files: files.length, bytes: sum(files) },
    snapshotBytes: inventory.files.findLast(({ level }) => level === 9)?.size ?? 0,
  };
}

/** For a person: objects, requests by class, and what a day of them costs on S3. */
export function busyLines(
  { requests, objects, bytes, restore, snapshotBytes }: BusyReport,
  seconds: number,
): string {
  const { put, get, list, head, delete: deletes } = requests;
  const perDay = 86_400 / seconds;
  const counts = { put, get, list, head, delete: deletes };
  const dollars = costOf(requests, STORE_PRICES.s3).requests * perDay;
  return [
    `objects by level ${JSON.stringify(objects)}, ${(bytes / 1e6).toFixed(1)} MB`,
    `requests in ${seconds} s ${JSON.stringify(counts)}, on S3 $${dollars.toFixed(2)} a day`,
    `a restore reads ${restore.files} files, ${(restore.bytes / 1e6).toFixed(1)} MB; the newest snapshot has ${(snapshotBytes / 1e6).toFixed(1)} MB`,
  ].join('\n');
}
