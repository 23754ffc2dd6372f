import type { PersistenceErrorData } from '../../errors';
import type {
  CheckpointUrgency,
  EntryStamp,
  LocalDatabase,
  LogHead,
  PlainFilePart,
  Proof,
  AppliedFile,
  RestoredDatabase,
  RestorePart,
  WriteLock,
} from '../database-engine';
import type { WrittenEntry } from './entry-writer';

/** What the app's thread asks of the worker, and what comes back. Everything is structured-cloneable. */
export interface WorkerCalls {
  inspect(): LocalDatabase;
  prove(head: LogHead): Proof;
  create(stamp: EntryStamp): WrittenEntry;
  adopt(stamp: EntryStamp): WrittenEntry;
  beginRestore(id: string): void;
  writePart(part: RestorePart): AppliedFile | null;
  verifyRestore(depth: 'quick' | 'full'): void;
  finishRestore(replace: boolean): RestoredDatabase;
  abortRestore(): void;
  beginReceive(id: string): void;
  writePlain(chunk: { readonly part: PlainFilePart; readonly bytes: Uint8Array }): void;
  finishReceive(): RestoredDatabase;
  abortReceive(): void;
  beginClaim(claim: {
    readonly nodeId: string;
    readonly txid: number;
    readonly lineage: string;
  }): void;
  open(head: { readonly nodeId: string; readonly txid: number; readonly commit: number }): void;
  revive(head: { readonly nodeId: string; readonly txid: number; readonly commit: number }): void;
  startOver(): void;
  beginHistory(claim: Parameters<WorkerCalls['beginClaim']>[0]): void;
  hasNews(): boolean;
  writeLock(): WriteLock;
  capture(stamp: EntryStamp): CaptureReply;
  /** Does nothing but bring `settled` over, where files wait to be removed. */
  dropSpools(): void;
  beginCheckpoint(stamp: EntryStamp): WrittenEntry | null;
  finishCheckpoint(): CheckpointUrgency;
  hold(): boolean;
  reset(): void;
  close(released: number | null): void;
}

export interface CaptureReply {
  readonly entry: WrittenEntry | null;
  readonly checkpointDue: CheckpointUrgency;
}

export type CallName = keyof WorkerCalls;

export interface CallMessage {
  readonly id: number;
  readonly call: CallName;
  readonly argument: unknown;
  /** The store has everything up to this TXID. Rides on the next call, because nobody waits for it. */
  readonly settled: number;
}

export type WorkerMessage =
  | { readonly id: number; readonly result: unknown }
  | { readonly id: number; readonly error: PersistenceErrorData }
  | { readonly event: 'commits'; readonly pressing: boolean }
  | { readonly event: 'warning'; readonly text: string };

export interface SqliteWorkerData {
  readonly path: string;
}
