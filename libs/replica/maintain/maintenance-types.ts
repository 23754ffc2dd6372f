import type { PersistenceErrorData } from '../../errors';

/** How much history a replica keeps, and how often it is folded. Defaults: `MAINTENANCE_DEFAULTS`. */
export interface MaintenanceSettings {
  /** Every entry of this long is a restore point, by the store's clock (default 3,600,000: one hour). */
  readonly exactHistoryMs?: number;
  /** Behind that, and for this long, states about 30 s apart are (default 86,400,000: one day). What is older may go. */
  readonly historyMs?: number;
  /** How much history is added before the next snapshot is made (default 86,400,000: one day). */
  readonly snapshotEveryMs?: number;
}

/** What one run of `maintain` did. */
export interface MaintenanceResult {
  /** Files written, snapshots (level 9) included: each stored, read back in full and found intact. */
  readonly merged: readonly MergedRange[];
  /** Objects deleted, and their bytes. */
  readonly deleted: number;
  readonly deletedBytes: number;
  readonly durationMs: number;
}

export interface MergedRange {
  readonly level: number;
  readonly minTxid: number;
  readonly maxTxid: number;
  /** Files it was made from. */
  readonly inputs: number;
  readonly bytes: number;
}

/** Maintenance of this life so far. A failure is tried again by a later run; it never touches commits. */
export interface MaintenanceStatus {
  /** When the last run ended (ms since 1970); null before the first. */
  readonly lastRunAt: number | null;
  /** Files written, and objects deleted, by all runs. */
  readonly merged: number;
  readonly deleted: number;
  /** Why the last run failed; null if it did not. */
  readonly error: (PersistenceErrorData & { readonly since: number }) | null;
}
