import type { DatabaseEngine } from '../../engine/database-engine';
import { isPersistenceError, type PersistenceErrorData } from '../../errors';
import type { ObjectStore } from '../../storage/object-store';
import type { Clock } from '../clock';
import { readInventory, type Inventory, type LogFile } from '../log/inventory';
import { restoreSound } from '../log/restore-sound';
import { storeFailure } from '../log/store-failure';
import { restoreEvents } from '../observe/restore-events';
import type { ReplicaEvent } from '../replica-types';
import { emptyReplica } from './empty-replica';
import { restorableFiles } from './restore-points-plan';
import { retryMoved } from './retry-moved';
import { findDamagedFiles, type DamagedFile } from './verify-files';

export interface VerifyReplicaOptions {
  readonly store: ObjectStore;
  /** An engine for a file that does not exist and never will: everything is thrown away at the end. */
  readonly engine: DatabaseEngine;
  readonly clock: Clock;
  /** What SQLite looks at in the restored state. */
  readonly verify: 'quick' | 'full';
  readonly onEvent?: (event: ReplicaEvent) => void;
}

export interface Verification {
  /** Every file is intact and continues the one before, and the newest state was restored and is sound. */
  readonly whole: boolean;
  readonly files: number;
  readonly bytes: number;
  readonly damaged: readonly DamagedFile[];
  /** TXIDs that could be restored if the damaged files were intact. */
  readonly lostPoints: readonly number[];
  /** The newest state, as it was restored; null where `error` says why it cannot be. */
  readonly newest: { readonly txid: number; readonly time: number } | null;
  readonly error: PersistenceErrorData | null;
}

/**
 * Reads all of a replica and restores its newest state for nothing but the proof. Changes nothing. Rejects only where the
 * store cannot be read or the disk has no room.
 */
export async function verifyReplica(options: VerifyReplicaOptions): Promise<Verification> {
  try {
    return await retryMoved(options.clock, () => verify(options));
  } catch (error) {
    throw storeFailure(error, 'Reading the replica');
  } finally {
    await options.engine.close({ released: null });
  }
}

async function verify(options: VerifyReplicaOptions): Promise<Verification> {
  const { store, clock, onEvent = () => undefined } = options;
  const begun = clock.now();
  const inventory = await readInventory(store);
  const bytes = inventory.files.reduce((sum, { size }) => sum + size, 0);
  let doneBytes = 0;
  const damaged = await findDamagedFiles(store, inventory, ({ size }) => {
    doneBytes += size;
    const elapsedMs = clock.now() - begun;
    onEvent({ type: 'progress', doneBytes, totalBytes: bytes, elapsedMs });
  });
  const { newest, error } = await restoreNewest(options, inventory);
  return {
    whole: damaged.length === 0 && error === null,
    files: inventory.files.length,
    bytes,
    damaged,
    lostPoints: lostPoints(inventory, new Set(damaged.map(({ key }) => key))),
    newest,
    error,
  };
}

async function restoreNewest(
  options: VerifyReplicaOptions,
  inventory: Inventory,
): Promise<Pick<Verification, 'newest' | 'error'>> {
  const { onEvent = () => undefined } = options;
  const hooks = { replace: false, ...restoreEvents(onEvent) };
  try {
    if (inventory.files.length === 0) throw emptyReplica();
    const { sink, last } = await restoreSound(options, inventory, { kind: 'latest' }, hooks);
    try {
      await sink.verify(options.verify);
    } finally {
      await sink.abort();
    }
    const { maxTxid: txid, timestamp: time } = last.header;
    return { newest: { txid, time }, error: null };
  } catch (error) {
    const ofReplica =
      isPersistenceError(error) &&
      (error.kind === 'corrupt' || error.code === 'RESTORE_POINT_UNKNOWN');
    if (!ofReplica) throw error;
    const { cause: _, ...shown } = error.toJSON();
    return { newest: null, error: shown };
  }
}

function lostPoints(inventory: Inventory, damaged: ReadonlySet<string>): number[] {
  if (damaged.size === 0) return [];
  const isIntact = ({ key }: LogFile): boolean => !damaged.has(key);
  const left = restorableFiles({ files: inventory.files.filter(isIntact) });
  const still = new Set(left.map(({ maxTxid }) => maxTxid));
  return restorableFiles(inventory)
    .map(({ maxTxid }) => maxTxid)
    .filter((txid) => !still.has(txid));
}
