import type { FactoryProvider, ModuleMetadata, Type } from '@nestjs/common';
import type { ObjectStore } from '../../storage/object-store';
import type { StorageChoice } from '../storage/storage-choice';

/** Settings of one database. Whatever is left out comes from the environment, then from a default. */
export interface PersistenceOptions {
  /** Name of the database (default `app`): part of file, object and variable names. Lower-case letters, digits, `-` and `_`. */
  readonly name?: string;
  /** False: no store, lock or worker (`PERSISTENCE_ENABLED`, default true). For tests and tools. */
  readonly enabled?: boolean;
  /** Path of the local database file (`DATABASE_PATH`). */
  readonly database?: string;
  /** Where the replica lives: `directory({...})`, `memory()`, an `ObjectStore`, or an injectable class that is one. Default: by the environment. */
  readonly storage?: StorageChoice | ObjectStore | Type<ObjectStore>;
  /** Whose data this is, compared with the replica at every start (default: the app's package.json name). */
  readonly application?: string;
  /** At most one unconfirmed publish per interval while writers are busy (default 1,000). */
  readonly publishIntervalMs?: number;
  /** How long `flush()` waits for the store (default 10,000). */
  readonly flushTimeoutMs?: number;
  /** How long a transaction may stay open before `flush()` and health call it leaked (default 30,000). */
  readonly transactionMaxMs?: number;
  /** How long the last drain may take (default 8,000). */
  readonly shutdownTimeoutMs?: number;
  /** Above this lag health is down (default 60,000). */
  readonly lagMaxMs?: number;
  /** Drain at SIGTERM and SIGINT where the app itself does not listen for them (default true). */
  readonly drainOnSignal?: boolean;
  /** What SQLite checks after a restore (default `quick`). */
  readonly verify?: 'quick' | 'full';
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
