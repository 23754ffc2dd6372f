import type { DatabaseEngine } from '../../engine/database-engine';
import { PersistenceError } from '../../errors';
import type { ObjectStore } from '../../storage/object-store';
import type { Clock } from '../clock';
import { readInventory, type Inventory } from '../log/inventory';
import { mayNeedWholeLog, readRecentInventory } from '../log/recent-inventory';
import { FUTURE_TOLERANCE_MS, type RestoreTarget } from '../log/restore-plan';
import { restoreSound } from '../log/restore-sound';
import { storeFailure } from '../log/store-failure';
import { restoreEvents } from '../observe/restore-events';
import type { ReplicaEvent, RestoreResult } from '../replica-types';
import { dateTruly } from './date-inventory';
import { emptyReplica } from './empty-replica';
import { finishRestore, type RestoreOutput } from './finish-restore';
import { retryMoved } from './retry-moved';

export interface RestoreToFileOptions extends RestoreOutput {
  readonly store: ObjectStore;
  /** An engine for the new file. */
  readonly engine: DatabaseEngine;
  readonly clock: Clock;
  /** The state wanted. Without `txid` and `at` the newest. */
  readonly txid?: number;
  /** The newest state from before this moment (ms since 1970, exclusive). */
  readonly at?: number;
  /** Where the replica lies, for hints. */
  readonly location?: string;
  /** How the command line is called for this replica, for hints. */
  readonly command?: string;
  readonly onEvent?: (event: ReplicaEvent) => void;
}

/**
 * Restores the newest state, that of a TXID, or that from before a moment into a file. Needs no ownership and changes
 * nothing in the store. Nothing stands at the path before the state is whole, checked and durable.
 */
export async function restoreToFile(options: RestoreToFileOptions): Promise<RestoreResult> {
  try {
    return await retryMoved(options.clock, () => restore(options));
  } catch (error) {
    throw storeFailure(error, 'Reading the replica');
  } finally {
    await options.engine.close({ released: null });
  }
}

async function restore(options: RestoreToFileOptions): Promise<RestoreResult> {
  const { clock, onEvent = () => undefined } = options;
  const begun = clock.now();
  const target = targetOf(options, begun);
  // Takes the host lock: what a running app has open is not moved away.
  if (options.replace) await options.engine.inspect();
  const restored = await restoreFrom(options, target);
  const result = await finishRestore(restored, options, { clock, begun });
  const { txid, time, bytes, durationMs } = result;
  onEvent({ type: 'restored', txid, time, bytes, durationMs });
  return result;
}

/** For the newest state from its newest files first, and from all there are where those are not sound. */
async function restoreFrom(
  options: RestoreToFileOptions,
  target: RestoreTarget,
): Promise<Awaited<ReturnType<typeof restoreSound>>> {
  const { store, onEvent = () => undefined } = options;
  const how = { replace: options.replace ?? false, ...restoreEvents(onEvent) };
  if (target.kind === 'latest') {
    const recent = await readRecentInventory(store);
    try {
      return await restoreSound(options, recent, target, how);
    } catch (error) {
      if (recent.whole || !mayNeedWholeLog(error)) throw error;
    }
  }
  return restoreSound(options, await inventoryFor(store, target), target, how);
}

function targetOf({ txid, at }: RestoreToFileOptions, now: number): RestoreTarget {
  if (txid !== undefined) return { kind: 'txid', txid };
  if (at === undefined) return { kind: 'latest' };
  if (at > now + FUTURE_TOLERANCE_MS) {
    throw new PersistenceError(
      'OPTION_INVALID',
      `${new Date(at).toISOString()} lies in the future.`,
      { hint: 'Leave the time out to get the newest state.' },
    );
  }
  return { kind: 'time', time: at };
}

async function inventoryFor(store: ObjectStore, target: RestoreTarget): Promise<Inventory> {
  const inventory = await readInventory(store);
  if (inventory.files.length === 0) throw emptyReplica();
  return target.kind === 'time' ? dateTruly(store, inventory, target.time) : inventory;
}
