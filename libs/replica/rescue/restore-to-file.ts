import type { DatabaseEngine } from '../../engine/database-engine';
import type { ObjectStore } from '../../storage/object-store';
import type { Clock } from '../clock';
import { applyPlan, BadFile } from '../log/apply-plan';
import { confirmPoint } from '../log/confirm-point';
import { readInventory } from '../log/inventory';
import { planRestore } from '../log/restore-plan';
import { storeFailure } from '../log/store-failure';
import type { ReplicaEvent, RestoreResult } from '../replica-types';
import { corruptReplica } from '../start/good-point';

export interface RestoreToFileOptions {
  readonly store: ObjectStore;
  /** An engine for the new file: it must not exist. */
  readonly engine: DatabaseEngine;
  readonly clock: Clock;
  /** The state wanted; the newest when left out. */
  readonly txid?: number;
  /** Where the replica lies, for hints. */
  readonly location?: string;
  readonly onEvent?: (event: ReplicaEvent) => void;
}

/** Restores the newest state, or that of a TXID, into a new file. Needs no ownership and changes nothing in the store. */
export async function restoreToFile(options: RestoreToFileOptions): Promise<RestoreResult> {
  try {
    return await restore(options);
  } catch (error) {
    throw storeFailure(error, 'Reading the replica');
  } finally {
    await options.engine.close({ released: null });
  }
}

async function restore(options: RestoreToFileOptions): Promise<RestoreResult> {
  const { store, engine, clock, txid, onEvent = () => undefined } = options;
  const begun = clock.now();
  const inventory = await readInventory(store);
  const plan = planRestore(
    inventory,
    txid === undefined ? { kind: 'latest' } : { kind: 'txid', txid },
    begun,
  );
  await confirmPoint(store, plan, inventory);
  const totalBytes = plan.files.reduce((sum, file) => sum + file.size, 0);
  onEvent({
    type: 'restoring',
    files: plan.files.length,
    totalBytes,
    txid: plan.txid,
    time: plan.files.at(-1)?.time ?? null,
  });
  const sink = await engine.restore({ replace: false });
  try {
    const { header } = await applyPlan(options, plan, sink, (progress) =>
      onEvent({ type: 'progress', ...progress }),
    );
    await sink.verify('quick');
    const { path, size } = await sink.finish();
    const result = {
      path,
      txid: header.maxTxid,
      time: header.timestamp,
      bytes: size,
      durationMs: clock.now() - begun,
    };
    onEvent({
      type: 'restored',
      txid: result.txid,
      time: result.time,
      bytes: size,
      durationMs: result.durationMs,
    });
    return result;
  } catch (error) {
    await sink.abort();
    throw error instanceof BadFile ? await corruptReplica(options, inventory, error) : error;
  }
}
