import { isPersistenceError, PersistenceError } from '../../errors';
import type { AppliedFile, DatabaseEngine, RestoreSink } from '../../engine/database-engine';
import type { ObjectStore } from '../../storage/object-store';
import { isStoreError } from '../../storage/store-error';
import type { Clock } from '../clock';
import { applyPlan, BadFile, type Progress } from './apply-plan';
import { confirmPoint } from './confirm-point';
import { FileChanged } from './fetch-file';
import type { Inventory, LogFile } from './inventory';
import { newestGoodTxid, planRestore, type RestorePlan } from './restore-plan';

/** Files that a hint is worth trying without; each costs a restore. */
const MAX_BAD_FILES = 8;

export interface Surroundings {
  readonly store: ObjectStore;
  readonly engine: DatabaseEngine;
  readonly clock: Clock;
  /** Where the replica lies, as `litestream` takes it; for hints. */
  readonly location?: string | undefined;
  /** How the command line is called for this replica; for hints. */
  readonly command?: string | undefined;
}

/** The newest state that is whole, restored into a sink that is left open, and what had to be left out to get there. */
export interface GoodPoint {
  readonly txid: number;
  readonly sink: RestoreSink;
  readonly last: AppliedFile;
  readonly leftOut: readonly LeftOut[];
}

export interface LeftOut {
  readonly file: LogFile;
  readonly reason: string;
}

export interface GoodPointOptions {
  /** Known to be of no use. */
  readonly bad: readonly LeftOut[];
  /** Files that may be left out before it is given up. */
  readonly maxBad: number;
  readonly replace: boolean;
  onPlan?(plan: RestorePlan): void;
  onProgress?(progress: Progress): void;
}

/** What a person does about a damaged replica: the object, the newest point that is whole, and how to get it. */
export async function corruptReplica(
  surroundings: Surroundings,
  inventory: Inventory,
  bad: BadFile,
): Promise<PersistenceError> {
  const cause = bad.cause as PersistenceError;
  const hint = await hintFor(surroundings, inventory, [{ file: bad.file, reason: cause.message }]);
  return new PersistenceError('REPLICA_CORRUPT', `${bad.file.key} is damaged: ${cause.message}`, {
    key: bad.file.key,
    cause,
    hint,
  });
}

/** The same for an object that is missing in the middle. */
export async function gapInReplica(
  surroundings: Surroundings,
  inventory: Inventory,
  gap: PersistenceError,
): Promise<PersistenceError> {
  return new PersistenceError('REPLICA_GAP', gap.message, {
    hint: await hintFor(surroundings, inventory, []),
    cause: gap,
    ...(gap.key && { key: gap.key }),
  });
}

/**
 * Restores the highest TXID that can be had and is whole, file by file leaving out what stands in the way; null if none
 * is, or `maxBad` were not enough. Rejects only for reasons that lie outside the log.
 */
export async function reachGoodPoint(
  surroundings: Surroundings,
  inventory: Inventory,
  options: GoodPointOptions,
): Promise<GoodPoint | null> {
  const leftOut = [...options.bad];
  while (leftOut.length <= options.maxBad) {
    const out = new Set(leftOut.map(({ file }) => file));
    const files = inventory.files.filter((file) => !out.has(file));
    const txid = newestGoodTxid({ files });
    if (txid === 0) return null;
    const plan = planRestore({ files }, { kind: 'txid', txid }, Number.POSITIVE_INFINITY);
    const tried = await tryPlan(surroundings, plan, inventory, options);
    if ('sink' in tried) return { txid, leftOut, ...tried };
    leftOut.push(tried);
  }
  return null;
}

/** What applying the plan comes to: a sound state, or the file at which it fails. */
async function tryPlan(
  { engine, ...source }: Surroundings,
  plan: RestorePlan,
  inventory: Inventory,
  options: GoodPointOptions,
): Promise<Pick<GoodPoint, 'sink' | 'last'> | LeftOut> {
  options.onPlan?.(plan);
  const sink = await engine.restore(options);
  try {
    const last = await applyPlan(source, plan, sink, (progress) => options.onProgress?.(progress));
    await sink.verify('quick');
    await confirmPoint(source.store, plan, inventory);
    return { sink, last };
  } catch (error) {
    await sink.abort();
    const file = guilty(error, plan);
    if (!file) throw error;
    return { file, reason: (error as Error).message };
  }
}

/** The file of the plan that a failure is about; undefined if it lies outside the log. */
function guilty(error: unknown, { files }: RestorePlan): LogFile | undefined {
  if (error instanceof BadFile) return error.file;
  // Merged away meanwhile, or gone: the inventory is what was there when the search began.
  if (error instanceof FileChanged || isStoreError(error, 'NotFound'))
    return files.find(({ key }) => key === error.key);
  const spokenAgainst = isPersistenceError(error, 'RESTORE_POINT_UNKNOWN');
  const corrupt = error instanceof PersistenceError && error.kind === 'corrupt';
  return spokenAgainst || corrupt ? files.at(-1) : undefined;
}

async function hintFor(
  surroundings: Surroundings,
  inventory: Inventory,
  bad: readonly LeftOut[],
): Promise<string> {
  const options = { bad, maxBad: MAX_BAD_FILES, replace: true };
  const point = await reachGoodPoint(surroundings, inventory, options);
  if (point === null) {
    return 'Nothing was changed. No restore point is whole without it: bring the object back (versions, soft delete).';
  }
  await point.sink.abort();
  const { command, location = 'REPLICA_URL' } = surroundings;
  const { txid } = point;
  const own = command
    ? `\`${command} --txid ${txid} --to rescued.db\``
    : `SyncService.restore({ to: 'rescued.db', txid: ${txid} })`;
  const litestream = `\`litestream restore -txid ${txid.toString(16).padStart(16, '0')} -o rescued.db ${location}\``;
  const too = litestreamGets(point, inventory) ? `, and so does ${litestream}` : '';
  return `Nothing was changed. The newest good point is TXID ${txid}; ${own} writes it to a new file${too}.`;
}

/** Litestream leaves nothing out: it gets there only if the plan over all files is free of the bad ones. */
function litestreamGets({ txid, leftOut }: GoodPoint, inventory: Inventory): boolean {
  try {
    const { files } = planRestore(inventory, { kind: 'txid', txid }, Number.POSITIVE_INFINITY);
    return !files.some((file) => leftOut.some((left) => left.file === file));
  } catch {
    // No plan over all files leads there.
    return false;
  }
}
