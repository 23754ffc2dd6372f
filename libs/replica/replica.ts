import { PersistenceError } from '../errors';
import type { FlushResult, ReplicaOptions, ReplicaStatus, StartOutcome } from './replica-types';

/** One database and its replica, for one process life: start once, flush at will, stop once. */
export class Replica {
  constructor(readonly options: ReplicaOptions) {}

  /** Brings the local database to the log's head, claims it, and begins to ship commits. */
  start(): Promise<StartOutcome> {
    return Promise.reject(new PersistenceError('INTERNAL', 'Not here yet.'));
  }

  /** Commits may have happened: look now. Never waits, never throws. */
  wake(): void {}

  /**
   * Resolves when everything committed before the call is stored. Rejects with REPLICA_FENCED, FLUSH_TIMEOUT,
   * SHUTTING_DOWN; the commits exist locally all the same.
   */
  flush(): Promise<FlushResult> {
    return Promise.reject(new PersistenceError('INTERNAL', 'Not here yet.'));
  }

  /** Immutable, from memory: no I/O. */
  status(): ReplicaStatus {
    throw new PersistenceError('INTERNAL', 'Not here yet.');
  }

  /** Ships what is left, releases the database and lets go of the file, within the time given. Resolves to whether the end was clean. */
  stop(_options: { readonly timeoutMs: number }): Promise<boolean> {
    return Promise.reject(new PersistenceError('INTERNAL', 'Not here yet.'));
  }
}
