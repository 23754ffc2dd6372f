import { Injectable } from '@nestjs/common';
import { PersistenceError } from '../errors';
import type { RestoreResult } from '../replica';
import type { PersistenceStatus } from './persistence-status';

export type { RestoreResult } from '../replica';

export interface FlushResult {
  /** False only where there is nothing to store to (no store configured, or `enabled: false`); see `reason`. */
  readonly stored: boolean;
  /** Everything committed before the call is stored at or below this TXID; null if `stored` is false. */
  readonly txid: number | null;
  /** Why nothing was stored, in words; null if `stored` is true. */
  readonly reason: string | null;
}

/** What an app asks of its database's replica. Injected by class, or by `@InjectSyncService(name)` for a named database. */
@Injectable()
export class SyncService {
  /** Resolves when the database file is restored and owned and may be opened, by whatever library. Rejects with the reason why the start failed. */
  ready(): Promise<{ readonly path: string }> {
    return Promise.reject(new PersistenceError('INTERNAL', 'Not here yet.'));
  }

  /**
   * Resolves when everything committed before the call is stored. With no store it resolves with `stored: false`.
   * Rejects with FLUSH_TIMEOUT, REPLICA_FENCED, SHUTTING_DOWN or TRANSACTION_OPEN; the commits exist locally all the same.
   */
  flush(): Promise<FlushResult> {
    return Promise.reject(new PersistenceError('INTERNAL', 'Not here yet.'));
  }

  /** Restores the newest state, or the one at `txid`, into the new file `to`. Never overwrites; the live database is not touched. */
  restore(_options: { readonly to: string; readonly txid?: number }): Promise<RestoreResult> {
    return Promise.reject(new PersistenceError('INTERNAL', 'Not here yet.'));
  }

  status(): PersistenceStatus {
    throw new PersistenceError('INTERNAL', 'Not here yet.');
  }
}
