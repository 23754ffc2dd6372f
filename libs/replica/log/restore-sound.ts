import type { AppliedFile, RestoreSink } from '../../engine/database-engine';
import { isPersistenceError } from '../../errors';
import { applyPlan, BadFile, type Progress } from './apply-plan';
import { confirmPoint } from './confirm-point';
import { corruptReplica, type Surroundings } from './good-point';
import type { Inventory, LogFile } from './inventory';
import { planRestore, type RestorePlan, type RestoreTarget } from './restore-plan';

/** Files that may be left out of one restore. */
const MAX_LEFT_OUT = 8;

export interface SoundRestoreHooks {
  onPlan(plan: RestorePlan): void;
  onProgress(progress: Progress): void;
  /** The file is damaged or of another history, and others give the state that was wanted. */
  onLeftOut(file: LogFile, reason: string): void;
}

/**
 * Restores `target` into a sink that is left open. A damaged file is left out where others give the very same state (a
 * snapshot beside the entries it was made from); where none do, `REPLICA_CORRUPT` with the newest point that is whole.
 */
export async function restoreSound(
  surroundings: Surroundings,
  inventory: Inventory,
  target: RestoreTarget,
  options: SoundRestoreHooks & { readonly replace: boolean },
): Promise<{ readonly sink: RestoreSink; readonly last: AppliedFile }> {
  const leftOut: LogFile[] = [];
  let plan = planRestore(inventory, target, surroundings.clock.now());
  for (;;) {
    try {
      if (target.kind !== 'latest') await confirmPoint(surroundings.store, plan, inventory);
      return await apply(surroundings, plan, options);
    } catch (error) {
      const bad = asBadFile(error, plan);
      if (!bad) throw error;
      leftOut.push(bad.file);
      const other = planAround(inventory, leftOut, plan.txid);
      if (!other)
        throw error instanceof BadFile ? await corruptReplica(surroundings, inventory, bad) : error;
      options.onLeftOut(bad.file, bad.message);
      plan = other;
    }
  }
}

async function apply(
  { engine, ...source }: Surroundings,
  plan: RestorePlan,
  options: SoundRestoreHooks & { readonly replace: boolean },
): Promise<{ sink: RestoreSink; last: AppliedFile }> {
  options.onPlan(plan);
  const sink = await engine.restore(options);
  try {
    return {
      sink,
      last: await applyPlan(source, plan, sink, (progress) => options.onProgress(progress)),
    };
  } catch (error) {
    await sink.abort();
    throw error;
  }
}

/** The file of the plan that the error is about. */
function asBadFile(error: unknown, plan: RestorePlan): BadFile | null {
  if (error instanceof BadFile) return error;
  if (!isPersistenceError(error, 'RESTORE_POINT_UNKNOWN', 'REPLICA_CORRUPT')) return null;
  const file = plan.files.find(({ key }) => key === error.key);
  return file ? new BadFile(file, error) : null;
}

/** Other files that lead to the same TXID. */
function planAround(
  { files }: Inventory,
  leftOut: readonly LogFile[],
  txid: number,
): RestorePlan | null {
  if (leftOut.length > MAX_LEFT_OUT) return null;
  try {
    const others = files.filter((file) => !leftOut.includes(file));
    return planRestore({ files: others }, { kind: 'txid', txid }, Number.POSITIVE_INFINITY);
  } catch (error) {
    if (isPersistenceError(error, 'RESTORE_POINT_UNKNOWN', 'REPLICA_GAP')) return null;
    throw error;
  }
}
