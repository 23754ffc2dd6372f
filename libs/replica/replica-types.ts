import type { PersistenceErrorData } from '../errors';
import type { DatabaseEngine } from '../engine/database-engine';
import type { FileMerger } from '../engine/file-merger';
import type { ObjectStore } from '../storage/object-store';
import type { Clock } from './clock';
import type { MaintenanceSettings, MaintenanceStatus } from './maintain/maintenance-types';

/** What the database is called in the store: compared at every start with what is there. */
export interface ReplicaIdentity {
  /** package.json name of the app. */
  readonly application: string;
  readonly database: string;
  /** Environment, slot or preview; empty for the main one. */
  readonly deployment: string;
}

export interface ReplicaSettings extends MaintenanceSettings {
  /** At most one unconfirmed publish per interval while writers are busy (default 1,000). */
  readonly publishIntervalMs: number;
  /**
   * Shortest time between two publishes, also those that a `flush()` waits for (default 0: none). Where it is longer than
   * `publishIntervalMs`, it is the pace of the others too. Must be less than `flushTimeoutMs`.
   */
  readonly confirmIntervalMs?: number;
  /** How long a `flush()` waits before it answers FLUSH_TIMEOUT (default 10,000). */
  readonly flushTimeoutMs: number;
  /** What SQLite checks after a restore. */
  readonly verify: 'quick' | 'full';
}

export interface ReplicaOptions {
  /** Rooted at the replica's folder, with deadlines and retries around it. */
  readonly store: ObjectStore;
  readonly engine: DatabaseEngine;
  /** Folds files of the log; without one there is no `maintain()`. */
  readonly merger?: FileMerger;
  readonly clock: Clock;
  readonly identity: ReplicaIdentity;
  /** Random for this process life: 16 hex digits. */
  readonly nodeId: string;
  /** Random, used if this start begins a new history: 32 hex digits. */
  readonly newLineage: string;
  readonly settings: ReplicaSettings;
  /**
   * A plain database file kept elsewhere, by a user who uploaded whole files so far. An empty replica begins with it, and a
   * local file that stands in its way (one shipped in the image, say) is set aside.
   */
  readonly backup?: { readonly store: ObjectStore; readonly key: string };
  /** Where the replica lies, as `litestream restore` takes it; only shown in hints. */
  readonly location?: string;
  /**
   * Which store this is and where in it the replica lies; another store has another text. Kept in `probe.json`. Left out
   * where nobody can say: then the conditions are tried at every start.
   */
  readonly place?: string;
  /**
   * Try the conditions of the store with racing writers before the first claim of a history. Left out where they are our own
   * (directory, memory), or where the user vouches for one writer. `random` gives another text of letters and digits each time.
   */
  readonly probe?: { readonly random: () => string } | undefined;
  /** How the command line is called for this replica (`npx nestjs-persistence restore`), without what to restore; only shown in hints. */
  readonly command?: string;
  readonly onEvent?: (event: ReplicaEvent) => void;
}

/** How the local database came to be. */
export type Origin = 'created' | 'adopted' | 'continued' | 'restored';

export interface StartOutcome {
  readonly origin: Origin;
  /** TXID of this life's claim: its epoch. */
  readonly epoch: number;
  /** The state it began with. */
  readonly txid: number;
  /** When that state was written (ms since 1970); null for a new or adopted database. */
  readonly time: number | null;
  /** Bytes of the database file. */
  readonly bytes: number;
  readonly durationMs: number;
}

export type Role = 'starting' | 'owner' | 'fenced' | 'stopped';

export interface ReplicaStatus {
  readonly role: Role;
  readonly origin: Origin | null;
  /** TXID of this life's claim; null before it has one. */
  readonly epoch: number | null;
  /** Highest TXID of this life that the store has. */
  readonly durableTxid: number | null;
  readonly lag: Lag;
  readonly lastStored: StoredInfo | null;
  readonly maintenance: MaintenanceStatus;
  /** The failure that stands now; null once it has passed. */
  readonly error: (PersistenceErrorData & { readonly since: number }) | null;
}

export interface Lag {
  /** Age of the oldest commit that is not stored; 0 if all is stored. */
  readonly ms: number;
  /** SQL transactions known to wait; those not yet read from the log of the database are counted as one. */
  readonly commits: number;
  /** Bytes known to wait. */
  readonly bytes: number;
}

export interface StoredInfo {
  readonly txid: number;
  /** ms since 1970. */
  readonly at: number;
  readonly bytes: number;
  /** From capture to the store's answer. */
  readonly durationMs: number;
}

export interface FlushResult {
  /** Everything committed before the call is stored at or below this TXID. */
  readonly txid: number;
}

export interface RestoreResult {
  readonly path: string;
  /** The state restored. */
  readonly txid: number;
  /** When it was written (ms since 1970). */
  readonly time: number;
  /** Bytes of the database file. */
  readonly bytes: number;
  readonly durationMs: number;
  /** Where the file went that stood at the path; absent if there was none. */
  readonly setAside?: string;
}

/** A state that can be restored exactly. */
export interface RestorePoint {
  readonly txid: number;
  /** When it was written (ms since 1970): `restore({ at })` with any later moment up to the next point gives it. */
  readonly time: number;
  /** Of the file that ends in it: 0 an entry of its own, 1 to 3 the end of merged entries, 9 a snapshot. */
  readonly level: number;
}

/** What an emergency restore brought back, and what it could not. */
export interface EmergencyResult extends RestoreResult {
  /** What the replica lists behind the state that was restored; null if that is the newest. */
  readonly lost: LostRange | null;
  /** Files that are damaged, missing or of another history, and stood in the way. */
  readonly leftOut: readonly { readonly key: string; readonly reason: string }[];
  /** The plain backup in the store holds a later state: take that. Absent if it does not. */
  readonly newerBackup?: NewerBackup;
}

export interface NewerBackup {
  /** Its key in the store, where it lies beside the folder of the replica. */
  readonly key: string;
  readonly txid: number;
}

export interface LostRange {
  readonly fromTxid: number;
  readonly toTxid: number;
  /** Files of the log that hold some of it, damaged ones included. */
  readonly files: number;
}

/** One way, for logs and monitoring; a listener that throws is ignored. */
export type ReplicaEvent =
  | { readonly type: 'found'; readonly found: string }
  | { readonly type: 'set-aside'; readonly path: string; readonly reason: string }
  | {
      readonly type: 'restoring';
      readonly files: number;
      readonly totalBytes: number;
      readonly txid: number;
      readonly time: number | null;
    }
  | {
      readonly type: 'progress';
      readonly doneBytes: number;
      readonly totalBytes: number;
      readonly elapsedMs: number;
    }
  | {
      readonly type: 'restored';
      readonly txid: number;
      readonly time: number;
      readonly bytes: number;
      readonly durationMs: number;
    }
  | { readonly type: 'started'; readonly outcome: StartOutcome }
  | {
      readonly type: 'stored';
      readonly txid: number;
      readonly bytes: number;
      readonly commits: number;
      readonly durationMs: number;
    }
  | { readonly type: 'failed'; readonly error: PersistenceErrorData; readonly attempt: number }
  | { readonly type: 'recovered'; readonly afterMs: number }
  /** Somebody deleted all that was stored: a new history begins with the local database. */
  | { readonly type: 'history-lost'; readonly error: PersistenceErrorData }
  | { readonly type: 'fenced'; readonly error: PersistenceErrorData }
  | { readonly type: 'stopped'; readonly clean: boolean; readonly txid: number | null };
