import type { LtxHeader } from '../ltx';

/**
 * The port to whoever folds and checks files of the log, beside the thread that ships commits and without any hold on the
 * live database. Memory stays bounded whatever the sizes. One piece of work at a time: further calls wait for their turn.
 *
 * Rejects with `LTX_INVALID` for bytes that are no intact files or do not follow each other, `DISK_FULL`, `WORKER_DIED` (this
 * call only: the next one begins anew), and with whatever an input rejects with.
 */
export interface FileMerger {
  /** Folds files, in ascending order of their last TXIDs, into one that does what they do one after the other. */
  merge(inputs: readonly FileInput[], options: FoldOptions): Promise<FoldedFile>;
  /** Reads a file to its end, for the proof that it is intact. */
  verify(input: FileInput): Promise<FileProof>;
  /** Lets go of everything; what is under way rejects. */
  close(): Promise<void>;
}

/** One file, opened once. Chunks are taken over: do not touch them afterwards. */
export interface FileInput {
  open(): AsyncIterable<Uint8Array>;
}

export interface FoldOptions {
  /** File checksum of the last input: 16 hex digits. */
  readonly lastChecksum: string;
  /** Whether the result names the WAL position of its last input (snapshots) or none. */
  readonly wal: 'last' | 'none';
  /** Who merges: 16 hex digits. */
  readonly nodeId: string;
}

/** What an intact file turned out to be. */
export interface FileProof {
  readonly header: LtxHeader;
  /** File checksum: 16 hex digits. */
  readonly checksum: string;
  /** Bytes. */
  readonly size: number;
}

export interface FoldedFile extends FileProof {
  /** What the inputs were, in order. */
  readonly inputs: readonly FileProof[];
  /** The same bytes at every call: in memory, or from a file that stays until `discard`. */
  readonly body: Uint8Array | { readonly size: number; open(): AsyncIterable<Uint8Array> };
  discard(): Promise<void>;
}
