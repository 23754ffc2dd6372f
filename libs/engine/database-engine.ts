import type { EntryKind, LtxHeader } from '../ltx';

/**
 * The port to one live database file: what the protocol needs from whoever owns the file. Nothing here knows a store;
 * nothing in the protocol knows SQLite, threads or paths.
 *
 * One life of an engine: `inspect` → (`prove` | `restore` | `create` | `adopt`) → `beginClaim` → `open` → any number of
 * `capture`, `settled`, `beginCheckpoint`, `finishCheckpoint` → `hold` → `close`. Calls are answered in order. Every
 * method may reject with a `PersistenceError`; after `WORKER_DIED` only `revive` and `close` are of use.
 */
export interface DatabaseEngine {
  /**
   * Takes the host lock (`DATABASE_IN_USE` if another process has it) and looks at the local files. Changes nothing but
   * the lock file. Rejects where the folder cannot be written to, or the SQLite at hand must not be used.
   */
  inspect(): Promise<LocalDatabase>;

  /**
   * Is the local file the state that `head` names, or that state and commits of this host behind it? Where it is, the
   * file is opened and held, so that nobody can move it on unseen. Never changes the file.
   */
  prove(head: LogHead): Promise<Proof>;

  /** A new database of one page, not yet in its place, as the entry of TXID 1. */
  create(entry: EntryStamp): Promise<CapturedEntry>;

  /** The local file, opened and held, whole, as the entry of TXID 1. Rejects (before any change) what is no sound SQLite database. */
  adopt(entry: EntryStamp): Promise<CapturedEntry>;

  /**
   * Begins a restore into a temporary file. `finish` of the sink puts it into its place: with `replace`, whatever stands
   * there is set aside first; without, an existing file is `RESTORE_TARGET_EXISTS`.
   */
  restore(options: { readonly replace: boolean }): Promise<RestoreSink>;

  /** Takes in a plain database file from elsewhere, with its journals: checked, its journals played in, and in its place. */
  receive(): Promise<PlainFileSink>;

  /** Remembers on disk, before the claim is made, that the claim of `nodeId` at `txid` continues this local state. */
  beginClaim(claim: {
    readonly nodeId: string;
    readonly txid: number;
    readonly lineage: string;
  }): Promise<void>;

  /** The claim is proved: hold the file and watch it for commits. From here on nothing is lost; the app may open it. */
  open(head: {
    readonly nodeId: string;
    readonly txid: number;
    readonly commit: number;
  }): Promise<void>;

  /**
   * After `WORKER_DIED`, while the app may have gone on writing: takes hold of the file again. The place in the log is lost
   * by then, so the next capture is the whole database.
   */
  revive(head: {
    readonly nodeId: string;
    readonly txid: number;
    readonly commit: number;
  }): Promise<void>;

  /**
   * The history that the file continued is gone from the store. The next capture is the whole database; what was captured
   * before and is not settled never will be. Nothing changes on disk.
   */
  startOver(): Promise<void>;

  /** Behind `startOver`: the capture that followed is stored, as the first entry of a new history. Remembers that on disk. */
  beginHistory(claim: {
    readonly nodeId: string;
    readonly txid: number;
    readonly lineage: string;
  }): Promise<void>;

  /**
   * Called when commits are seen that no `capture` has returned yet: once between two captures, and once more, `pressing`,
   * when so many wait that they should be captured now.
   */
  onCommits(listener: (pressing: boolean) => void): void;

  /**
   * Twice the same number: nobody has committed anything between the two calls, through whatever connection. From memory
   * all but in cost: at once, in microseconds. Null where that cannot be told, as before `open` and behind `close`.
   */
  version(): number | null;

  /** Whether there may be commits that no `capture` has returned. False is certain. */
  hasNews(): Promise<boolean>;

  /**
   * Looks whether somebody is writing: takes the write lock without waiting for it and lets it go at once, between two
   * other calls, so that no checkpoint is disturbed. Not held by anybody else after `hold`.
   */
  writeLock(): Promise<WriteLock>;

  /** Everything committed when the call arrived that is in no entry yet, as one entry; null if there is nothing. */
  capture(entry: EntryStamp): Promise<CapturedEntry | null>;

  /** The store has everything up to `txid`; spooled bytes of entries up to there may go. */
  settled(txid: number): Promise<void>;

  /**
   * How urgent a checkpoint is, as of the last `capture` or checkpoint. `overdue`: the log has not been empty for long; now would be the
   * moment while writers wait for an answer, or they will have to be shut out for one.
   */
  readonly checkpointDue: CheckpointUrgency;

  /**
   * First half of a checkpoint: captures what must be stored before the database file may take it in. The caller stores
   * the entry, if there is one, reports `settled`, and calls `finishCheckpoint`.
   */
  beginCheckpoint(entry: EntryStamp): Promise<CapturedEntry | null>;
  finishCheckpoint(): Promise<void>;

  /**
   * Closes the file to writers (bounded wait for the one that is writing). True if it is closed now. Holds until `close`.
   */
  hold(): Promise<boolean>;

  /** Forgets what `prove`, `adopt` or `create` opened, so that the start can be decided anew. */
  reset(): Promise<void>;

  /**
   * Lets go of everything. `released`: the TXID of the stored release entry that ends this life, which lets the next one
   * continue this very file; null where the end was not clean.
   */
  close(end: { readonly released: number | null }): Promise<void>;
}

export type CheckpointUrgency = 'no' | 'due' | 'overdue';

/** SQLite's write lock at one moment. One transaction at a time has it, from its first write to its end. */
export interface WriteLock {
  /** A transaction of the app or of another process has it. */
  readonly held: boolean;
  /** The same number again: nobody has committed between the two looks. Only ever compared within one life. */
  readonly mark: number;
}

/** What the protocol decides about an entry; the engine adds what it holds. */
export interface EntryStamp {
  readonly txid: number;
  /** 16 hex digits. */
  readonly nodeId: string;
  /** File checksum of the entry before, 16 hex digits; zeros where there is none. */
  readonly parent: string;
  /** ms since 1970, never less than that of the entry before. */
  readonly timestamp: number;
}

export interface CapturedEntry {
  readonly txid: number;
  /** File checksum, 16 hex digits: the parent of the next entry. */
  readonly checksum: string;
  readonly timestamp: number;
  /** Size of the database behind this entry, in pages. */
  readonly commit: number;
  /** Bytes per page. */
  readonly pageSize: number;
  /** SQL transactions it holds; 0 where that is not known (a snapshot). */
  readonly commits: number;
  /** The same bytes at every call: in memory, or from a spool file that stays until the entry is settled. */
  readonly body: Uint8Array | { readonly size: number; open(): AsyncIterable<Uint8Array> };
}

/** A place in a write-ahead log: only the checksum proves it. */
export interface WalPosition {
  readonly salt1: number;
  readonly salt2: number;
  /** Bytes from the start of the file; 32 is right behind its header. */
  readonly offset: number;
  /** Cumulative checksum there, 16 hex digits. */
  readonly checksum: string;
}

/** The newest entry of the log. */
export interface LogHead {
  readonly txid: number;
  readonly nodeId: string;
  readonly kind: EntryKind;
  readonly pageSize: number;
  readonly commit: number;
  /** Where in the writer's write-ahead log it ends; null where the entry names no place. */
  readonly position: WalPosition | null;
  /** Of the log it belongs to; null where the replica has no `replica.json`. */
  readonly lineage: string | null;
}

export interface LocalDatabase {
  /** Shown to people; never compared. */
  readonly path: string;
  /** The database file itself is there. */
  readonly present: boolean;
  /** Bytes of the database file. */
  readonly size: number;
  /** The highest TXID that this host knows to be stored, and in which lineage. */
  readonly stored: { readonly txid: number; readonly lineage: string } | null;
}

export type Proof =
  | { readonly proved: true; readonly position: WalPosition | null }
  | { readonly proved: false; readonly reason: string };

/** Some bytes of one file of the log, in order. */
export interface RestorePart {
  readonly file: { readonly key: string; readonly minTxid: number; readonly maxTxid: number };
  /** Taken over: do not touch them afterwards. */
  readonly chunks: readonly Uint8Array[];
  readonly first: boolean;
  readonly last: boolean;
}

export interface RestoreSink {
  /**
   * Applies the part. Resolves behind the last part of a file to what the file was: intact, and continuing what was applied
   * before; null before that. Several calls may be under way; they are answered in order, and after one that rejects only
   * `abort` is of use.
   */
  write(part: RestorePart): Promise<AppliedFile | null>;
  /** SQLite itself looks at the result (`PRAGMA quick_check` or `integrity_check`). */
  verify(depth: 'quick' | 'full'): Promise<void>;
  /** Durable and in its place. */
  finish(): Promise<RestoredDatabase>;
  abort(): Promise<void>;
}

/** Which of the files that make a database: the file itself, or a journal beside it. */
export type PlainFilePart = '' | '-wal' | '-journal';

export interface PlainFileSink {
  /** The bytes are taken over. In order; a part that is never written is absent. */
  write(part: PlainFilePart, chunk: Uint8Array): Promise<void>;
  /** SQLite has recovered and checked it; what stood in its place is set aside. */
  finish(): Promise<RestoredDatabase>;
  abort(): Promise<void>;
}

export interface AppliedFile {
  readonly header: LtxHeader;
  readonly checksum: string;
}

export interface RestoredDatabase {
  readonly path: string;
  /** Bytes. */
  readonly size: number;
  /** Where the files that stood in its place went; null if there were none worth keeping. */
  readonly setAside: string | null;
}
