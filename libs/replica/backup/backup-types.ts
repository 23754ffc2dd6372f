import type { DatabaseEngine } from '../../engine/database-engine';
import type { PersistenceErrorData } from '../../errors';
import type { ObjectStore } from '../../storage/object-store';
import type { Clock } from '../clock';
import type { FlushResult, ReplicaStatus } from '../replica-types';

/** Where the plain database file belongs: a key of a store that is not rooted in the replica's folder. */
export interface BackupTarget {
  readonly store: ObjectStore;
  readonly key: string;
}

/** A file on the local disk, read as often as it is asked for. */
export interface PlainFile {
  /** Bytes. */
  readonly size: number;
  /** Of all its bytes: 64 hex digits. */
  readonly sha256: string;
  open(): AsyncIterable<Uint8Array>;
}

/** A place on the local disk for the files of one backup, away from the live database. */
export interface BackupScratch {
  /** Empties the place: a process that died may have left files there. */
  begin(): Promise<void>;
  /** For the file that the replica is restored into. */
  engine(): DatabaseEngine;
  /** That file once it is restored, turned into one that stands alone: not in WAL mode, so that it opens without write access. */
  restored(): Promise<PlainFile>;
  /** The bytes in a file of their own. */
  spool(bytes: AsyncIterable<Uint8Array>): Promise<PlainFile>;
  /** Removes everything. */
  clear(): Promise<void>;
}

export interface BackupSettings {
  /** Dated copies that are kept; 0 for none. */
  readonly backupKeepCount: number;
  /** The time that they are spread over (ms); 0 for none. */
  readonly backupKeepMs: number;
}

/** What a backup asks of the replica. */
export interface BackupSource {
  flush(): Promise<FlushResult>;
  status(): ReplicaStatus;
}

export interface BackupOptions {
  readonly replica: BackupSource;
  /** The replica's own store, rooted at its folder. */
  readonly store: ObjectStore;
  /** Opened when the first backup is made. */
  readonly target: () => Promise<BackupTarget>;
  /**
   * Whether another program has the file in the backup's place open as a database. Left out where that cannot be: the place
   * is no file of a file system.
   */
  readonly inUse?: (() => Promise<boolean>) | undefined;
  readonly scratch: BackupScratch;
  readonly clock: Clock;
  readonly settings: BackupSettings;
  readonly onEvent?: (event: BackupEvent) => void;
}

export interface BackupResult {
  /** Key of the object; for a copy to a local file its path. */
  readonly key: string;
  /** Size of the file. */
  readonly bytes: number;
  /** The state it holds. */
  readonly txid: number;
  readonly durationMs: number;
  /**
   * Why nothing was written. `unchanged`: the object that is there holds the newest state. `newer`: another instance has
   * stored a later one, which is never replaced.
   */
  readonly skipped?: 'unchanged' | 'newer';
}

/** The backup that lies in the store. */
export interface LastBackup {
  readonly key: string;
  readonly txid: number;
  /** When it was stored (ms since 1970). */
  readonly at: number;
  readonly bytes: number;
  /** How long it took; null for one that an earlier life of the process made. */
  readonly durationMs: number | null;
}

/** What is known about backups, in memory. */
export interface BackupStatus {
  readonly last: LastBackup | null;
  /** When the backup was last known to hold the newest state (ms since 1970): made then, or found to be unchanged. */
  readonly currentAt: number | null;
  readonly running: boolean;
  /** Why the last one failed; null once one has succeeded. */
  readonly error: (PersistenceErrorData & { readonly since: number }) | null;
  /** A backup is a restore of the whole replica, checked by SQLite: what the last one proved about it. */
  readonly verify: VerifyInfo | null;
}

export interface VerifyInfo {
  /** ms since 1970. */
  readonly at: number;
  readonly outcome: 'verified' | 'failed';
  /** The state that was restored; null where that failed. */
  readonly txid: number | null;
}

export type BackupEvent =
  | {
      readonly type: 'backup-progress';
      readonly doing: 'restoring' | 'storing';
      readonly doneBytes: number;
      readonly totalBytes: number;
      readonly elapsedMs: number;
    }
  | { readonly type: 'backup-stored'; readonly result: BackupResult }
  | { readonly type: 'backup-foreign'; readonly key: string; readonly keptAs: string }
  | {
      readonly type: 'backup-failed';
      readonly error: PersistenceErrorData;
      readonly attempt: number;
    }
  | { readonly type: 'backup-recovered' };
