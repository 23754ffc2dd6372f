import type { PersistenceErrorData } from '../errors';
import type { Lag, Origin, Role, StoredInfo } from '../replica';

/** Where the replica lives. `custom`: the app's own `ObjectStore`. `none`: nowhere. */
export type StorageKind = 'none' | 'directory' | 'memory' | 's3' | 'azure-blob' | 'custom';

/** What is known about one database right now: a snapshot from memory that never changes and cost no I/O. */
export interface PersistenceStatus {
  /** In words: whether data survives a redeploy, and why. */
  readonly summary: string;
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
  /** Age (ms) of the transaction that is open on the app's connection; null if none is. While it lasts, nothing in it is stored. */
  readonly openTransactionMs: number | null;
  /** The failure that stands now, with its code and hint; null if all is well. */
  readonly error: (PersistenceErrorData & { readonly since: number }) | null;
}

export interface FlushResult {
  /** False only where there is nothing to store to (no store configured, or `enabled: false`); see `reason`. */
  readonly stored: boolean;
  /** Everything committed before the call is stored at or below this TXID; null if `stored` is false. */
  readonly txid: number | null;
  /** Why nothing was stored, in words; null if `stored` is true. */
  readonly reason: string | null;
}
