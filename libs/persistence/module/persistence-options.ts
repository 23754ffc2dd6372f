import type { FactoryProvider, ModuleMetadata, Type } from '@nestjs/common';
import type { ObjectStore } from '../../storage/object-store';
import type { StorageChoice } from '../storage/storage-choice';

/**
 * `exclusive`: the store shuts out a second writer, and is refused where it cannot. `trusted`: you guarantee that never
 * more than one instance writes.
 */
export type Ownership = 'exclusive' | 'trusted';

/**
 * `async`: commits are stored a moment later, in the background; an answer waits only where `@Durable()` or `flush()` says
 * so. `confirmed`: every HTTP answer waits until all that was committed before it is stored.
 */
export type Durability = 'async' | 'confirmed';

/**
 * Settings of one database. Whatever is left out comes from its environment variable, then from a default; both stand in
 * docs/options.md, which is made from this interface.
 */
export interface PersistenceOptions {
  /**
   * Name of the database: part of file, object and variable names. Lower-case letters, digits, `-` and `_`.
   */
  readonly name?: string;
  /**
   * False: no store, lock or worker. For tests and tools.
   */
  readonly enabled?: boolean;
  /**
   * Path of the local database file.
   */
  readonly database?: string;
  /**
   * Where the replica lives: `directory({...})`, `memory()`, `s3({...})`, `azureBlob({...})`, an `ObjectStore`, or an
   * injectable class that is one.
   */
  readonly storage?: StorageChoice | ObjectStore | Type<ObjectStore>;
  /**
   * `exclusive`: the store shuts out a second writer, and is refused where it cannot. `trusted`: you guarantee that never
   * more than one instance writes; nothing is probed or refused.
   */
  readonly ownership?: Ownership;
  /**
   * Whose data this is, compared with the replica at every start.
   */
  readonly application?: string;
  /**
   * Which deployment this is, compared with the replica at every start, so that a preview with the settings of production
   * does not take its database. `main` for the main one.
   */
  readonly deployment?: string;
  /**
   * At most one unconfirmed publish per interval while writers are busy.
   */
  readonly publishIntervalMs?: number;
  /**
   * `confirmed`: every HTTP answer waits until all that was committed before it is stored. `async`: only those marked with
   * `@Durable()` do.
   */
  readonly durability?: Durability;
  /**
   * How long an answer that waits may wait, for the end of a transaction and for the store together. Then it becomes a 503
   * (`COMMIT_UNCONFIRMED`).
   */
  readonly confirmTimeoutMs?: number;
  /**
   * The shortest time between two publishes that somebody waits for; a higher one makes the bill smaller and answers slower.
   * Where it is longer than `publishIntervalMs`, the publishes nobody waits for keep it too. What is stored already waits for
   * nothing. Must be less than `flushTimeoutMs` and `confirmTimeoutMs`.
   */
  readonly confirmIntervalMs?: number;
  /**
   * How long `flush()` waits for the store.
   */
  readonly flushTimeoutMs?: number;
  /**
   * How long a transaction may stay open before `flush()` and health call it leaked.
   */
  readonly transactionMaxMs?: number;
  /**
   * A transaction open for this long is rolled back; 0: never.
   */
  readonly transactionTimeoutMs?: number;
  /**
   * How long a statement or transaction waits for the open transaction of another caller to end.
   */
  readonly lockTimeoutMs?: number;
  /**
   * How long the last drain may take.
   */
  readonly shutdownTimeoutMs?: number;
  /**
   * Above this lag health is down.
   */
  readonly lagMaxMs?: number;
  /**
   * Drain at SIGTERM and SIGINT where the app itself does not listen for them.
   */
  readonly drainOnSignal?: boolean;
  /**
   * What SQLite checks after a restore.
   */
  readonly verify?: 'quick' | 'full';
  /**
   * For this long every stored state stays a restore point.
   */
  readonly exactHistoryMs?: number;
  /**
   * For this long states about 30 s apart stay restore points; what is older may go.
   */
  readonly historyMs?: number;
  /**
   * How much history is added before the next snapshot is made.
   */
  readonly snapshotEveryMs?: number;
  /**
   * How often the plain database file is written into the store; 0 switches it off.
   */
  readonly backupIntervalMs?: number;
  /**
   * When the plain database file is written, as a cron pattern instead of an interval. Needs the package @nestjs/schedule.
   */
  readonly backupCron?: string;
  /**
   * How many dated copies of the plain file are kept; 0 keeps none.
   */
  readonly backupKeepCount?: number;
  /**
   * The time that the dated copies are spread over; 0 keeps none.
   */
  readonly backupKeepMs?: number;
}

/** For `forRootAsync({ useClass | useExisting })`. */
export interface PersistenceOptionsFactory {
  createPersistenceOptions(): PersistenceOptions | Promise<PersistenceOptions>;
}

export interface PersistenceAsyncOptions extends Pick<ModuleMetadata, 'imports'> {
  /** The name must be known before the factory runs; the factory's result may repeat it, not change it. */
  readonly name?: string;
  readonly inject?: FactoryProvider['inject'];
  readonly useFactory?: (
    // oxlint-disable-next-line typescript/no-explicit-any -- what Nest injects has no common type
    ...dependencies: any[]
  ) => PersistenceOptions | Promise<PersistenceOptions>;
  readonly useClass?: Type<PersistenceOptionsFactory>;
  readonly useExisting?: Type<PersistenceOptionsFactory>;
}
