import type { PersistenceErrorData } from '../errors';
import type {
  Lag,
  LastBackup,
  MaintenanceStatus,
  Origin,
  Role,
  StoredInfo,
  VerifyInfo,
} from '../replica';
import type { RequestCounts } from '../storage';
import type { TransactionHolder } from './database/transaction-watch';

/** Where the replica lives. `custom`: the app's own `ObjectStore`. `none`: nowhere. */
export type StorageKind = 'none' | 'directory' | 'memory' | 's3' | 'azure-blob' | 'custom';

/** What is known about one database right now: a snapshot from memory that never changes and cost no I/O. */
export interface PersistenceStatus {
  /** In words: whether data survives a redeploy, and why. */
  readonly summary: string;
  /**
   * Whether everything committed here would be there after a redeploy this moment. False without a store; while the start
   * has failed; while commits wait for longer than `lagMaxMs`, or for a failure of the store to pass; and where this
   * instance has ended with commits that were not stored.
   */
  readonly survivesRedeploy: boolean;
  /** Name of the database (`app` unless the module was given another). */
  readonly database: string;
  readonly storage: StorageKind;
  /** `local`: no store is configured. `disabled`: switched off by `enabled: false`. Otherwise what this instance is to the replica. */
  readonly role: Role | 'local' | 'disabled';
  /** How the local database came to be; null until the start is through, and without a store. */
  readonly origin: Origin | null;
  /** TXID of this life's claim. */
  readonly epoch: number | null;
  /** Highest TXID of this life that the store has. */
  readonly durableTxid: number | null;
  readonly lag: Lag;
  readonly lastStored: StoredInfo | null;
  /**
   * Age (ms) of the transaction that is open, the oldest one seen; null if none is. While it lasts, nothing in it is stored.
   * One outside of TypeORM is seen once it has written and a second look has found it, in a few seconds.
   */
  readonly openTransactionMs: number | null;
  /**
   * Where that is: `app` on a connection of TypeORM's DataSource, `other` on one that the app opened itself or of another
   * process. Null if none is open.
   */
  readonly openTransactionBy: TransactionHolder | null;
  /** The plain backup that lies in the store; null before this life has made or seen one. */
  readonly lastBackup: LastBackup | null;
  /** How long ago (ms) the backup was known to hold the newest state; before the first, since the start. Null without a store. */
  readonly backupAgeMs: number | null;
  /** Why the last backup failed; null once one has succeeded. */
  readonly backupError: StandingError | null;
  /** Whether the replica could be restored when that was last tried: every backup does. */
  readonly lastVerify: VerifyInfo | null;
  /** Merging and deletion of what is old; null without a store. */
  readonly maintenance: MaintenanceStatus | null;
  /** What this life of the process has asked of the store in the running month; null without a store. */
  readonly requests: RequestsStatus | null;
  /** The failure that stands now, with its code and hint; null if all is well. */
  readonly error: StandingError | null;
}

/** A failure that has not passed yet. */
export type StandingError = PersistenceErrorData & {
  /** ms since 1970. */
  readonly since: number;
};

export interface RequestsStatus extends RequestCounts {
  /** Calendar month in UTC: `2026-11`. */
  readonly month: string;
  /** When counting began (ms since 1970). */
  readonly since: number;
  /** By the store's price list, in US dollars, without storage and traffic; null where nothing is charged or the price is not known. */
  readonly estimatedUsd: number | null;
}

export interface FlushResult {
  /** False only where there is nothing to store to (no store configured, or `enabled: false`); see `reason`. */
  readonly stored: boolean;
  /** Everything committed before the call is stored at or below this TXID; null if `stored` is false. */
  readonly txid: number | null;
  /** Why nothing was stored, in words; null if `stored` is true. */
  readonly reason: string | null;
}
