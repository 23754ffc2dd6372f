import { PersistenceError } from '../../errors';
import type { DatabaseEngine } from '../../engine/database-engine';
import type { ObjectStore } from '../../storage/object-store';
import type { Clock } from '../clock';
import { applyPlan, BadFile } from '../log/apply-plan';
import type { Inventory, LogFile } from '../log/inventory';
import { newestGoodTxid, planRestore, type RestorePlan } from '../log/restore-plan';

const MAX_BAD_FILES = 8;

export interface Surroundings {
  readonly store: ObjectStore;
  readonly engine: DatabaseEngine;
  readonly clock: Clock;
  /** Where the replica lies, as `litestream` takes it; for hints. */
  readonly location?: string | undefined;
}

/** The highest TXID that can be restored without `bad`, found by restoring it and throwing the result away. */
export async function newestGoodPoint(
  surroundings: Surroundings,
  inventory: Inventory,
  bad: LogFile | null,
): Promise<number | null> {
  let files = inventory.files.filter((file) => file !== bad);
  for (let attempt = 0; attempt < MAX_BAD_FILES; attempt++) {
    const txid = newestGoodTxid({ files });
    if (txid === 0) return null;
    const plan = planRestore({ files }, { kind: 'txid', txid }, Number.POSITIVE_INFINITY);
    const failed = await tryPlan(surroundings, plan);
    if (failed === null) return plan.txid;
    files = files.filter((file) => file !== failed);
  }
  return null;
}

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

/** What a person does about a damaged replica: the object, the newest point that is whole, and how to get it. */
export async function corruptReplica(
  surroundings: Surroundings,
  inventory: Inventory,
  bad: BadFile,
): Promise<PersistenceError> {
  const cause = bad.cause as PersistenceError;
  const point = await newestGoodPoint(surroundings, inventory, bad.file);
  const message = `${bad.file.key} is damaged: ${cause.message}`;
  return new PersistenceError('REPLICA_CORRUPT', message, {
    key: bad.file.key,
    cause,
    hint: goodPointHint(point, surroundings.location),
  });
}

/** The same for an object that is missing in the middle. */
export async function gapInReplica(
  surroundings: Surroundings,
  inventory: Inventory,
  gap: PersistenceError,
): Promise<PersistenceError> {
  const point = await newestGoodPoint(surroundings, inventory, null);
  const hint = goodPointHint(point, surroundings.location);
  return new PersistenceError('REPLICA_GAP', gap.message, {
    hint,
    cause: gap,
    ...(gap.key && { key: gap.key }),
  });
}

export function goodPointHint(point: number | null, location = 'REPLICA_URL'): string {
  if (point === null)
    return 'No restore point is whole without it: bring the object back (versions, soft delete). Nothing was changed.';
  const txid = point.toString(16).padStart(16, '0');
  return (
    `Nothing was changed. The newest good point is TXID ${point}; ` +
    `"litestream restore -txid ${txid} -o rescued.db ${location}" writes it to a new file, and so does SyncService.restore({ to: 'rescued.db', txid: ${point} }).`
  );
}
