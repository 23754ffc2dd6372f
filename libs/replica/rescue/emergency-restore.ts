import type { DatabaseEngine } from '../../engine/database-engine';
import { PersistenceError } from '../../errors';
import type { ObjectStore } from '../../storage/object-store';
import type { Clock } from '../clock';
import { reachGoodPoint, type GoodPoint } from '../log/good-point';
import { readInventory, type Inventory } from '../log/inventory';
import { storeFailure } from '../log/store-failure';
import { restoreEvents } from '../observe/restore-events';
import type { EmergencyResult, LostRange, NewerBackup, ReplicaEvent } from '../replica-types';
import { emptyReplica } from './empty-replica';
import { finishRestore, type RestoreOutput } from './finish-restore';
import { newerBackup, type PlainPlace } from './newer-backup';

export interface EmergencyRestoreOptions extends RestoreOutput {
  readonly store: ObjectStore;
  /** An engine for the new file. */
  readonly engine: DatabaseEngine;
  readonly clock: Clock;
  /** Where the plain backup lies: a later state there is told. */
  readonly plain?: PlainPlace | undefined;
  readonly onEvent?: (event: ReplicaEvent) => void;
}

/** Each file that stands in the way costs a restore; a replica with more of them is beyond a search. */
const MAX_BAD = 100;

/**
 * Restores the newest state that is whole into a file, whatever is wrong with the replica, and says what is lost behind it.
 * Dates are not looked at. Needs no ownership, changes nothing in the store, and works while the app does not start.
 *
 * Rejects with `RESTORE_POINT_UNKNOWN` where the replica is empty, and `REPLICA_CORRUPT` where nothing of it is whole.
 */
export async function emergencyRestore(options: EmergencyRestoreOptions): Promise<EmergencyResult> {
  try {
    return await rescue(options);
  } catch (error) {
    throw storeFailure(error, 'Reading the replica');
  } finally {
    await options.engine.close({ released: null });
  }
}

async function rescue(options: EmergencyRestoreOptions): Promise<EmergencyResult> {
  const { store, engine, clock, plain, replace = false, onEvent = () => undefined } = options;
  const begun = clock.now();
  if (replace) await engine.inspect();
  const inventory = await readInventory(store);
  const point = await reachGoodPoint(options, inventory, {
    bad: [],
    maxBad: MAX_BAD,
    replace,
    ...restoreEvents(onEvent),
  });
  if (!point) throw nothingWhole(inventory, await newerBackup(store, plain, 0));
  const restored = await finishRestore(point, options, { clock, begun });
  const { txid, time, bytes, durationMs } = restored;
  onEvent({ type: 'restored', txid, time, bytes, durationMs });
  const newer = await newerBackup(store, plain, txid);
  return {
    ...restored,
    lost: lostBehind(point, inventory),
    leftOut: leftOutOf(point),
    ...(newer && { newerBackup: newer }),
  };
}

/** Names of files are all that is left of some entries, and enough to count them. */
function lostBehind({ txid }: GoodPoint, { files }: Inventory): LostRange | null {
  const behind = files.filter(({ maxTxid }) => maxTxid > txid);
  if (behind.length === 0) return null;
  const toTxid = behind.reduce((highest, { maxTxid }) => Math.max(highest, maxTxid), txid);
  return { fromTxid: txid + 1, toTxid, files: behind.length };
}

const leftOutOf = ({ leftOut }: GoodPoint): EmergencyResult['leftOut'] =>
  leftOut.map(({ file, reason }) => ({ key: file.key, reason }));

function nothingWhole({ files }: Inventory, backup: NewerBackup | null): PersistenceError {
  const instead = backup && `The plain backup ${backup.key} holds TXID ${backup.txid}: take that.`;
  if (files.length === 0) return emptyReplica(instead);
  return new PersistenceError('REPLICA_CORRUPT', 'No state of this replica is whole.', {
    hint:
      instead ??
      'Bring objects back first (versions, soft delete): the oldest snapshot in ltx/9, or the entry of TXID 1, and what follows it.',
  });
}
