import { isPersistenceError, PersistenceError } from '../../errors';
import type { DatabaseEngine } from '../../engine/database-engine';
import type { ObjectStore } from '../../storage/object-store';
import type { Clock } from '../clock';
import { applyPlan, BadFile } from './apply-plan';
import { confirmPoint } from './confirm-point';
import type { Inventory, LogFile } from './inventory';
import { newestGoodTxid, planRestore, type RestorePlan } from './restore-plan';

const MAX_BAD_FILES = 8;

export interface Surroundings {
  readonly store: ObjectStore;
  readonly engine: DatabaseEngine;
  readonly clock: Clock;
  /** Where the replica lies, as `litestream` takes it; for hints. */
  readonly location?: string | undefined;
}

interface GoodPoint {
  readonly txid: number;
  /** Files that stand in the way and have to be left out to get there. */
  readonly leftOut: readonly LogFile[];
}

/** What a person does about a damaged replica: the object, the newest point that is whole, and how to get it. */
export async function corruptReplica(
  surroundings: Surroundings,
  inventory: Inventory,
  bad: BadFile,
): Promise<PersistenceError> {
  const cause = bad.cause as PersistenceError;
  const point = await newestGoodPoint(surroundings, inventory, [bad.file]);
  return new PersistenceError('REPLICA_CORRUPT', `${bad.file.key} is damaged: ${cause.message}`, {
    key: bad.file.key,
    cause,
    hint: hintFor(point, inventory, surroundings.location),
  });
}

/** The same for an object that is missing in the middle. */
export async function gapInReplica(
  surroundings: Surroundings,
  inventory: Inventory,
  gap: PersistenceError,
): Promise<PersistenceError> {
  const point = await newestGoodPoint(surroundings, inventory, []);
  const hint = hintFor(point, inventory, surroundings.location);
  return new PersistenceError('REPLICA_GAP', gap.message, {
    hint,
    cause: gap,
    ...(gap.key && { key: gap.key }),
  });
}

/** The highest TXID that can be restored without `bad`, found by restoring it and throwing the result away. */
async function newestGoodPoint(
  surroundings: Surroundings,
  inventory: Inventory,
  bad: readonly LogFile[],
): Promise<GoodPoint | null> {
  const leftOut = [...bad];
  while (leftOut.length < MAX_BAD_FILES) {
    const files = inventory.files.filter((file) => !leftOut.includes(file));
    const txid = newestGoodTxid({ files });
    if (txid === 0) return null;
    const plan = planRestore({ files }, { kind: 'txid', txid }, Number.POSITIVE_INFINITY);
    const failed =
      (await tryPlan(surroundings, plan)) ??
      (await spokenAgainst(surroundings.store, plan, inventory));
    if (failed === null) return { txid, leftOut };
    leftOut.push(failed);
  }
  return null;
}

/** The file at which applying the plan fails. */
async function tryPlan(
  { engine, ...source }: Surroundings,
  plan: RestorePlan,
): Promise<LogFile | null> {
  const sink = await engine.restore({ replace: true });
  try {
    await applyPlan(source, plan, sink);
    await sink.verify('quick');
    return null;
  } catch (error) {
    if (error instanceof BadFile) return error.file;
    if (error instanceof PersistenceError && error.kind === 'corrupt') return plan.files.at(-1)!;
    throw error;
  } finally {
    await sink.abort();
  }
}

/** The last file of a plan, if it is intact but not of this history. */
async function spokenAgainst(
  store: ObjectStore,
  plan: RestorePlan,
  inventory: Inventory,
): Promise<LogFile | null> {
  try {
    await confirmPoint(store, plan, inventory);
    return null;
  } catch (error) {
    if (!isPersistenceError(error, 'RESTORE_POINT_UNKNOWN', 'REPLICA_CORRUPT')) throw error;
    return plan.files.at(-1)!;
  }
}

function hintFor(point: GoodPoint | null, inventory: Inventory, location = 'REPLICA_URL'): string {
  if (point === null) {
    return 'Nothing was changed. No restore point is whole without it: bring the object back (versions, soft delete).';
  }
  const { txid } = point;
  const own = `SyncService.restore({ to: 'rescued.db', txid: ${txid} })`;
  const litestream = `\`litestream restore -txid ${txid.toString(16).padStart(16, '0')} -o rescued.db ${location}\``;
  const how = litestreamGets(point, inventory)
    ? `${litestream} writes it to a new file, and so does ${own}`
    : `${own} writes it to a new file`;
  return `Nothing was changed. The newest good point is TXID ${txid}; ${how}.`;
}

/** Litestream leaves nothing out: it gets there only if the plan over all files is free of the bad ones. */
function litestreamGets({ txid, leftOut }: GoodPoint, inventory: Inventory): boolean {
  try {
    const { files } = planRestore(inventory, { kind: 'txid', txid }, Number.POSITIVE_INFINITY);
    return !files.some((file) => leftOut.includes(file));
  } catch {
    // No plan over all files leads there.
    return false;
  }
}
