import type { DatabaseEngine } from '../../engine/database-engine';
import type { ObjectStore } from '../../storage/object-store';
import type { Clock } from '../clock';
import { readInventory } from '../log/inventory';
import { restoreSound } from '../log/restore-sound';
import { storeFailure } from '../log/store-failure';
import { restoreEvents } from '../observe/restore-events';
import type { ReplicaEvent, RestoreResult } from '../replica-types';

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
  const { store, clock, txid, onEvent = () => undefined } = options;
  const begun = clock.now();
  const inventory = await readInventory(store);
  const { sink, last } = await restoreSound(
    options,
    inventory,
    txid === undefined ? { kind: 'latest' } : { kind: 'txid', txid },
    { replace: false, ...restoreEvents(onEvent) },
  );
  try {
    await sink.verify('quick');
    const { path, size } = await sink.finish();
    const { maxTxid, timestamp } = last.header;
    const result = {
      path,
      txid: maxTxid,
      time: timestamp,
      bytes: size,
      durationMs: clock.now() - begun,
    };
    onEvent({
      type: 'restored',
      txid: maxTxid,
      time: timestamp,
      bytes: size,
      durationMs: result.durationMs,
    });
    return result;
  } catch (error) {
    await sink.abort();
    throw error;
  }
}
