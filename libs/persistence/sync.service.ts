import type { EntityManager } from 'typeorm';
import type { BackupResult, EmergencyResult, RestorePoint, RestoreResult } from '../replica';
import type { BackupToOptions } from './backup/backup-call';
import type { DatabaseLife } from './database/database-life';
import type {
  EmergencyOptions,
  RestoreOptions,
  RestorePointsQuery,
} from './database/rescue-options';
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
   * Called from inside an open transaction it rejects at once with FLUSH_INSIDE_TRANSACTION.
   */
  flush(): Promise<FlushResult> {
    return this.#life.flush();
  }

  /**
   * Runs `work` in a transaction of TypeORM's DataSource and resolves to what it resolves to, when all of it is committed
   * and stored. If `work` rejects, everything is rolled back and its error is thrown.
   *
   * Rejects with FLUSH_INSIDE_TRANSACTION inside an open transaction, and with COMMIT_UNCONFIRMED where it was committed
   * locally but not confirmed by the store.
   *
   * @example const user = await sync.transaction((manager) => manager.save(User, { name }));
   */
  transaction<T>(work: (manager: EntityManager) => Promise<T>): Promise<T> {
    return this.#life.transaction(work);
  }

  /**
   * Makes the plain database file in the store, which anybody can download and open: `<name>.db` beside `<name>.db.replica/`.
   * It holds everything committed before the call. Where nothing has changed since the last one, nothing is written and the
   * result says so (`skipped`); a call while one is under way gets the outcome of that one. With `to` the file goes to a new
   * file on this host instead: the way to copy a live database.
   *
   * Rejects with what `flush()` and `restore()` reject with, and with BACKUP_PLACE_TAKEN or BACKUP_TIMEOUT.
   */
  backup(options?: BackupToOptions): Promise<BackupResult> {
    return this.#life.backup(options);
  }

  /**
   * Restores the newest state, the one at `txid`, or the newest from before the moment `at` into the new file `to`. Never
   * overwrites (RESTORE_TARGET_EXISTS); the live database and the store are not touched.
   */
  restore(options: RestoreOptions): Promise<RestoreResult> {
    return this.#life.restore(options);
  }

  /** What `restore` can give exactly, newest first, in pages. */
  restorePoints(query?: RestorePointsQuery): Promise<RestorePoint[]> {
    return this.#life.restorePoints(query);
  }

  /**
   * Restores the newest state that is whole, whatever is wrong with the replica, and says what is lost behind it. Needs
   * no start; where the app does not come up, `npx nestjs-persistence restore --emergency` does the same.
   */
  emergencyRestore(options: EmergencyOptions): Promise<EmergencyResult> {
    return this.#life.emergencyRestore(options);
  }

  /** What is known right now, from memory: cheap enough for every health check. */
  status(): PersistenceStatus {
    return this.#life.status();
  }
}
