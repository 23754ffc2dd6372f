import type { RestoreResult } from '../replica';
import type { DatabaseLife } from './database/database-life';
import type { FlushResult, PersistenceStatus } from './persistence-status';

/** What an app asks of its database's replica. Injected by class, or by `@InjectSyncService(name)` for a named database. */
export class SyncService {
  readonly #life: DatabaseLife;

  /** Built by PersistenceModule. */
  constructor(life: DatabaseLife) {
    this.#life = life;
  }

  /**
   * Resolves when the database file is restored and owned and may be opened, by whatever library. Rejects with the reason
   * why the start failed. Where `DATABASE_PATH` is `:memory:`, so is `path`.
   */
  ready(): Promise<{ readonly path: string }> {
    return this.#life.ready();
  }

  /**
   * Resolves when everything committed before the call is stored. With no store it resolves with `stored: false`. While
   * a transaction is open on the app's connection it waits for its end, at most `transactionMaxMs`.
   *
   * Rejects with FLUSH_TIMEOUT, REPLICA_FENCED, SHUTTING_DOWN or TRANSACTION_OPEN; the commits exist locally all the same.
   */
  flush(): Promise<FlushResult> {
    return this.#life.flush();
  }

  /**
   * Restores the newest state, or the one at `txid`, into the new file `to`. Never overwrites (RESTORE_TARGET_EXISTS);
   * the live database and the store are not touched.
   */
  restore(options: { readonly to: string; readonly txid?: number }): Promise<RestoreResult> {
    return this.#life.restore(options);
  }

  /** What is known right now, from memory: cheap enough for every health check. */
  status(): PersistenceStatus {
    return this.#life.status();
  }
}
