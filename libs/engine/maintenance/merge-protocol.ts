import type { PersistenceErrorData } from '../../errors';
import type { FileProof, FoldOptions } from '../file-merger';

// What goes between the app's thread and the maintenance worker. Bytes are pulled: the worker asks for the next chunk of an
// input when it has used up the one before, so that it never holds more than one of each.

/** One piece of work, and the answers to what it pulls. */
export type ToWorker =
  | { readonly job: number; readonly fold: FoldJob }
  | { readonly job: number; readonly verify: true }
  | { readonly job: number; readonly input: number; readonly chunk: Uint8Array }
  | { readonly job: number; readonly input: number; readonly end: 'done' | 'failed' };

export interface FoldJob {
  readonly inputs: number;
  readonly options: FoldOptions;
  /** Where a large result is written; the file must not matter to anybody. */
  readonly spool: string;
}

export type FromWorker =
  | { readonly job: number; readonly pull: number }
  | { readonly job: number; readonly folded: FoldReply }
  | { readonly job: number; readonly proof: FileProof }
  | { readonly job: number; readonly error: PersistenceErrorData };

export interface FoldReply {
  readonly proof: FileProof;
  readonly inputs: readonly FileProof[];
  /** Null where the result is in the spool file. */
  readonly bytes: Uint8Array<ArrayBuffer> | null;
}
