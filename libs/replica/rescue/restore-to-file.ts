import { PersistenceError } from '../../errors';
import type { DatabaseEngine } from '../../engine/database-engine';
import type { ObjectStore } from '../../storage/object-store';
import type { Clock } from '../clock';
import type { ReplicaEvent, RestoreResult } from '../replica-types';

export interface RestoreToFileOptions {
  readonly store: ObjectStore;
  /** An engine for the new file: it must not exist. */
  readonly engine: DatabaseEngine;
  readonly clock: Clock;
  /** The state wanted; the newest when left out. */
  readonly txid?: number;
  readonly onEvent?: (event: ReplicaEvent) => void;
}

/** Restores the newest state, or that of a TXID, into a new file. Needs no ownership and changes nothing in the store. */
export function restoreToFile(_options: RestoreToFileOptions): Promise<RestoreResult> {
  return Promise.reject(new PersistenceError('INTERNAL', 'Not here yet.'));
}
