import type { Inventory, LogFile } from '../log/inventory';
import { newestGoodTxid } from '../log/restore-plan';
import { SNAPSHOT_LEVEL } from './levels';
import { topOf } from './merge-plan';

/** Bytes of an entry without pages: a claim, a release, a seal. Its kind must be known before it may go. */
export const PAGELESS_BYTES = 131;

export interface RetentionSettings {
  readonly exactHistoryMs: number;
  readonly historyMs: number;
  readonly snapshotEveryMs: number;
}

export interface RetentionFacts {
  /** Freshly listed, with the store's times. */
  readonly inventory: Inventory;
  readonly durableTxid: number;
  /** Keys of merged files that this life has read back in full and found intact. */
  readonly proved: ReadonlySet<string>;
  /** By key, whether an entry without pages must stay; absent: not known yet. */
  readonly pageless: ReadonlyMap<string, 'stays' | 'may go'>;
}

export interface RetentionPlan {
  /** By level, then by TXID; everything in them is in files that stay, and that were proved. */
  readonly deletions: readonly LogFile[];
  /** Merged files to prove, so that more may go. */
  readonly toProve: readonly LogFile[];
  /** Entries without pages whose kind is asked for, so that they may go. */
  readonly toIdentify: readonly LogFile[];
}

/**
 * What may be deleted. Ages are those of the store's clock, and its present is the newest moment it has listed: where
 * nothing is written, nothing ages. What always stays: the entry at the head, the newest entry, the newest file of every level, claims
 * whose predecessor did not release, and whatever a restore point within its time needs.
 */
export function planRetention(facts: RetentionFacts, settings: RetentionSettings): RetentionPlan {
  const { files } = facts.inventory;
  const now = files.reduce((latest, file) => Math.max(latest, writtenAt(file)), 0);
  const newest = new Map<number, number>();
  for (const { level, maxTxid } of files)
    newest.set(level, Math.max(newest.get(level) ?? 0, maxTxid));
  const view: View = {
    ...facts,
    now,
    settings,
    isNewest: (file) => file.maxTxid === newest.get(file.level),
  };
  const snapshots = planSnapshots(view);
  const merged = planMerged(view);
  const entries = planEntries(view);
  return {
    deletions: [...entries.deletions, ...merged.deletions, ...snapshots.deletions],
    toProve: [...new Set([...entries.toProve, ...merged.toProve, ...snapshots.toProve])],
    toIdentify: entries.toIdentify,
  };
}

interface View extends RetentionFacts {
  readonly now: number;
  readonly settings: RetentionSettings;
  isNewest(file: LogFile): boolean;
}

/** A store that does not tell when it wrote a file leaves us the writer's word. */
const writtenAt = ({ written, time }: LogFile): number => written ?? time ?? 0;

const isOlder = (file: LogFile, ageMs: number, { now }: View): boolean =>
  (file.written ?? file.time) !== undefined && writtenAt(file) <= now - ageMs;

/** Entries older than the exact history, where level 1 has gone past them and a proved file holds them. */
function planEntries(view: View): RetentionPlan {
  const merged = view.inventory.files.filter(({ level }) => level > 0);
  const coverage = new Coverage(merged, view.proved);
  const top = Math.min(
    topOf(merged.filter(({ level }) => level === 1)),
    lastStepBefore(oldestExact(view), merged),
  );
  const plan = {
    deletions: [] as LogFile[],
    toProve: [] as LogFile[],
    toIdentify: [] as LogFile[],
  };
  for (const file of view.inventory.files) {
    if (file.level !== 0 || file.maxTxid > top || file.maxTxid >= view.durableTxid) continue;
    if (view.isNewest(file) || !isOlder(file, view.settings.exactHistoryMs, view)) continue;
    const kind = file.size === PAGELESS_BYTES ? view.pageless.get(file.key) : 'may go';
    if (kind === 'stays') continue;
    const holder = coverage.of(file.maxTxid);
    if (!holder) continue;
    if (!view.proved.has(holder.key)) plan.toProve.push(holder);
    else if (kind === undefined) plan.toIdentify.push(file);
    else plan.deletions.push(file);
  }
  return plan;
}

/** The first of the entries, down from the head without a gap, that are younger than the exact history. */
function oldestExact(view: View): number {
  const young = new Set(
    view.inventory.files
      .filter(({ level }) => level === 0)
      .filter((file) => !isOlder(file, view.settings.exactHistoryMs, view))
      .map(({ minTxid }) => minTxid),
  );
  let txid = view.durableTxid + 1;
  while (young.has(txid - 1)) txid--;
  return txid;
}

/**
 * The last state in front of `txid` that merged files lead to. The entries between the two stay, old ones too: the way to an entry
 * in the middle of a merged file is by all entries in front of it.
 */
const lastStepBefore = (txid: number, merged: readonly LogFile[]): number =>
  newestGoodTxid({ files: merged.filter(({ maxTxid }) => maxTxid < txid) });

/** Merged files below a snapshot that is older than the history: no restore point that is kept needs them. */
function planMerged(view: View): Omit<RetentionPlan, 'toIdentify'> {
  const floor = floorSnapshot(view);
  if (!floor) return { deletions: [], toProve: [] };
  const below = view.inventory.files.filter(
    (file) =>
      file.level > 0 &&
      file.level < SNAPSHOT_LEVEL &&
      file.maxTxid <= floor.maxTxid &&
      !view.isNewest(file),
  );
  return onceProved(view, floor, below);
}

/**
 * Snapshots below that one. Of those above it, one per interval stays, and the newest: the others only shortened restores
 * for a while, and go when a newer one has been there as long as any reader of theirs may take.
 */
function planSnapshots(view: View): Omit<RetentionPlan, 'toIdentify'> {
  const { exactHistoryMs, snapshotEveryMs } = view.settings;
  const snapshots = snapshotsOf(view);
  const deletions: LogFile[] = [];
  const toProve: LogFile[] = [];
  let mark: LogFile | undefined = floorSnapshot(view) ?? snapshots[0];
  snapshots.forEach((file, at) => {
    const next = snapshots[at + 1];
    if (!next || file === mark || !mark) return;
    const isBelow = file.maxTxid < mark.maxTxid;
    if (!isBelow && writtenAt(file) >= writtenAt(mark) + snapshotEveryMs) {
      mark = file;
      return;
    }
    const holder = isBelow ? mark : next;
    if (!isBelow && !isOlder(next, exactHistoryMs, view)) return;
    const { deletions: gone, toProve: unproved } = onceProved(view, holder, [file]);
    deletions.push(...gone);
    toProve.push(...unproved);
  });
  return { deletions, toProve };
}

function onceProved(
  { proved }: View,
  holder: LogFile,
  files: readonly LogFile[],
): Omit<RetentionPlan, 'toIdentify'> {
  if (files.length === 0) return { deletions: [], toProve: [] };
  return proved.has(holder.key)
    ? { deletions: files, toProve: [] }
    : { deletions: [], toProve: [holder] };
}

/** The newest snapshot that is older than the history: every restore point that is kept can be reached from it. */
const floorSnapshot = (view: View): LogFile | undefined =>
  snapshotsOf(view).findLast((file) => isOlder(file, view.settings.historyMs, view));

const snapshotsOf = ({ inventory, durableTxid }: View): LogFile[] =>
  inventory.files
    .filter(
      (file) => file.level === SNAPSHOT_LEVEL && file.minTxid === 1 && file.maxTxid <= durableTxid,
    )
    .toSorted((a, b) => a.maxTxid - b.maxTxid);

/**
 * Which merged file stands for an entry: one of level 1 while there is one, because its end is the restore point that remains;
 * of those a proved one, else the smallest, because that one is proved with the least effort.
 */
class Coverage {
  private readonly byMin: readonly LogFile[];
  private next = 0;
  private open: LogFile[] = [];

  constructor(
    files: readonly LogFile[],
    private readonly proved: ReadonlySet<string>,
  ) {
    this.byMin = files.toSorted((a, b) => a.minTxid - b.minTxid);
  }

  /** In one pass: ask for ascending TXIDs. */
  of(txid: number): LogFile | undefined {
    for (; (this.byMin[this.next]?.minTxid ?? Infinity) <= txid; this.next++)
      this.open.push(this.byMin[this.next]!);
    this.open = this.open.filter((file) => file.maxTxid >= txid);
    return this.open.reduce<LogFile | undefined>(
      (best, file) => (best && !this.isBetter(file, best) ? best : file),
      undefined,
    );
  }

  private isBetter(file: LogFile, than: LogFile): boolean {
    if ((file.level === 1) !== (than.level === 1)) return file.level === 1;
    const [a, b] = [this.proved.has(file.key), this.proved.has(than.key)];
    return a === b ? file.size < than.size : a;
  }
}
