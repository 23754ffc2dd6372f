/** One level of merged files. */
export interface Level {
  readonly level: number;
  /** The level whose files it is merged from. */
  readonly from: number;
  /** A file holds entries of one window of this length (ms, aligned to 1970), or of several where few were written. */
  readonly windowMs: number;
  /** Fewer files than this wait for more, in later windows. */
  readonly minInputs: number;
}

/**
 * Lowest first. L1 is what stands for entries that were removed, so its steps are the restore points of the past: every
 * window gets a file of its own. The levels above only keep a restore short, and wait until there is something to fold.
 */
export const LEVELS: readonly Level[] = [
  { level: 1, from: 0, windowMs: 30_000, minInputs: 1 },
  { level: 2, from: 1, windowMs: 5 * 60_000, minInputs: 4 },
  { level: 3, from: 2, windowMs: 60 * 60_000, minInputs: 4 },
];

export const SNAPSHOT_LEVEL = 9;

/** See `MaintenanceSettings`. */
export const MAINTENANCE_DEFAULTS = {
  exactHistoryMs: 60 * 60_000,
  historyMs: 24 * 60 * 60_000,
  snapshotEveryMs: 24 * 60 * 60_000,
} as const;

/** Files folded at once: each is open, with a part of it in memory. */
export const MAX_INPUTS = 256;
/** Bytes folded at once by a merge (a snapshot takes what there is): how long one may keep a run busy. A larger file passes alone. */
export const MAX_INPUT_BYTES = 1024 ** 3;
