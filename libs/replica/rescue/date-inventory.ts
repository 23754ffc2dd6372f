import type { ObjectStore } from '../../storage/object-store';
import type { Inventory, LogFile } from '../log/inventory';
import { FileTimes, type FileTimesOptions } from './file-times';
import { areMisdated, newestOf } from './misdated';

/**
 * The same as `dateInventory`, and where the store's times are not those in the files (the replica was copied without
 * them) by the latter. That is looked at for the newest file and for those on either side of `time`, level by level.
 */
export async function dateTruly(
  store: ObjectStore,
  inventory: Inventory,
  time: number,
): Promise<Inventory> {
  const dated = await dateInventory(store, inventory, time);
  const keys = new Set(filesAround(dated, time).map(({ key }) => key));
  const looked = inventory.files.filter(({ key }) => keys.has(key));
  if (!(await areMisdated(store, new FileTimes(store), looked))) return dated;
  return dateInventory(store, inventory, time, { inside: true });
}

function filesAround({ files }: Inventory, time: number): LogFile[] {
  const newest = newestOf(files);
  const around = newest ? [newest] : [];
  for (const level of new Set(files.map((file) => file.level))) {
    const own = files.filter((file) => file.level === level).sort(byEnd);
    const last = own.findLast((file) => file.time! < time);
    const next = own.find((file) => file.time! >= time);
    around.push(...[last, next].filter((file) => file !== undefined));
  }
  return around;
}

/**
 * An inventory in which every file has a time that is right about `time`: before it, or not. Exact where the listing told
 * it or it had to be asked, elsewhere a bound. The exact ones include the last file before `time` of every level.
 *
 * The number of requests grows with the logarithm of the number of files (86,400 entries and 2,880 merged files: some 30).
 * Rejects with a `StoreError`, `NotFound` where a file was removed meanwhile: list again.
 */
export async function dateInventory(
  store: ObjectStore,
  { files }: Inventory,
  time: number,
  options: FileTimesOptions = {},
): Promise<Inventory> {
  if (!options.inside && files.every((file) => file.time !== undefined)) return { files };
  const times = new FileTimes(store, options);
  const before = new Set<LogFile>();
  let reached = 0;
  for (const level of mergedLevels(files)) {
    const count = await times.countBefore(level, time);
    for (const file of level.slice(0, count)) before.add(file);
    reached = Math.max(reached, level[count - 1]?.maxTxid ?? 0);
  }
  const entries = files.filter(({ level }) => level === 0).sort(byEnd);
  // Whatever lies below is either in a merged file from before, or a claim that never counted.
  for (const entry of entries) if (entry.maxTxid <= reached) before.add(entry);
  const run = runBehind(entries, reached);
  for (const entry of run.slice(0, await countBefore(times, run, files, time))) before.add(entry);
  const bound = (file: LogFile): number => (before.has(file) ? time - 1 : time);
  return { files: files.map((file) => ({ ...file, time: times.known(file) ?? bound(file) })) };
}

function mergedLevels(files: readonly LogFile[]): LogFile[][] {
  const levels = new Map<number, LogFile[]>();
  for (const file of files) {
    if (file.level === 0) continue;
    const level = levels.get(file.level);
    if (level) level.push(file);
    else levels.set(file.level, [file]);
  }
  return [...levels.values()].map((level) => level.sort(byEnd));
}

const byEnd = (a: LogFile, b: LogFile): number => a.maxTxid - b.maxTxid || a.minTxid - b.minTxid;

/** The entries that follow `txid` without a gap: only they can lead on from there. */
function runBehind(entries: readonly LogFile[], txid: number): LogFile[] {
  const run: LogFile[] = [];
  for (const entry of entries) {
    if (entry.maxTxid === txid + run.length + 1) run.push(entry);
    else if (entry.maxTxid > txid) break;
  }
  return run;
}

/** Bytes of an entry without pages: a claim or a release. */
const PAGELESS_SIZE = 131;
/** Beyond that many, an odd late claim ends in a refusal instead of being stepped around. */
const MAX_CLAIMS_ASKED = 32;

/**
 * At the start of a run there may be a late claim, at a TXID that had been merged by then. Its time is later than that of
 * the entries behind it and would mislead the search, and it leads nowhere.
 */
async function countBefore(
  times: FileTimes,
  run: readonly LogFile[],
  files: readonly LogFile[],
  time: number,
): Promise<number> {
  const merged = files.filter(({ level }) => level > 0);
  for (const [n, entry] of run.slice(0, MAX_CLAIMS_ASKED).entries()) {
    const covered = merged.some(
      (file) => file.minTxid <= entry.minTxid && file.maxTxid >= entry.maxTxid,
    );
    if (!covered || entry.size !== PAGELESS_SIZE) break;
    if ((await times.of(entry)) >= time) return n;
  }
  return times.countBefore(run, time);
}
