import { createReadStream } from 'node:fs';
import type {
  AppliedFile,
  CapturedEntry,
  CheckpointUrgency,
  DatabaseEngine,
  EntryStamp,
  LocalDatabase,
  LogHead,
  PlainFileSink,
  Proof,
  RestoredDatabase,
  RestorePart,
  RestoreSink,
  WriteLock,
} from '../database-engine';
import { ownBuffer } from '../own-buffer';
import { DataVersion } from './data-version';
import type { WrittenEntry } from './entry-writer';
import { WorkerClient } from './worker-client';

const SPOOL_CHUNK_BYTES = 256 * 1024;

export interface SqliteEngineOptions {
  /** Absolute path of the live database file (or, for a rescue, of the new file). */
  readonly path: string;
  /** Told of what a person should know though nothing failed, for example that a file was set aside. */
  readonly onWarning?: (text: string) => void;
}

/** A SQLite database file, owned by a worker thread of its own. */
export function createSqliteEngine(options: SqliteEngineOptions): DatabaseEngine {
  return new SqliteEngine(options);
}

class SqliteEngine implements DatabaseEngine {
  private worker: WorkerClient;
  private listener: ((pressing: boolean) => void) | null = null;
  private due: CheckpointUrgency = 'no';
  private restores = 0;
  /** An entry that is not settled lies in a file. */
  private spooled = false;
  private dataVersion: DataVersion | null = null;

  constructor(private readonly options: SqliteEngineOptions) {
    this.worker = this.newWorker();
  }

  get checkpointDue(): CheckpointUrgency {
    return this.due;
  }

  inspect(): Promise<LocalDatabase> {
    return this.worker.call('inspect', undefined);
  }

  prove(head: LogHead): Promise<Proof> {
    return this.worker.call('prove', head);
  }

  async create(stamp: EntryStamp): Promise<CapturedEntry> {
    return this.captured(await this.worker.call('create', stamp));
  }

  async adopt(stamp: EntryStamp): Promise<CapturedEntry> {
    return this.captured(await this.worker.call('adopt', stamp));
  }

  async restore({ replace }: { readonly replace: boolean }): Promise<RestoreSink> {
    await this.worker.call('beginRestore', this.nextId());
    return new WorkerRestore(this.worker, replace);
  }

  async receive(): Promise<PlainFileSink> {
    const { worker } = this;
    await worker.call('beginReceive', this.nextId());
    return {
      write: (part, chunk) => {
        const bytes = ownBuffer(chunk);
        return worker.call('writePlain', { part, bytes }, [bytes.buffer]);
      },
      finish: () => worker.call('finishReceive', undefined),
      abort: () => worker.call('abortReceive', undefined),
    };
  }

  beginClaim(claim: {
    readonly nodeId: string;
    readonly txid: number;
    readonly lineage: string;
  }): Promise<void> {
    return this.worker.call('beginClaim', claim);
  }

  async open(head: {
    readonly nodeId: string;
    readonly txid: number;
    readonly commit: number;
  }): Promise<void> {
    await this.worker.call('open', head);
    this.dataVersion?.close();
    this.dataVersion = DataVersion.open(this.options.path);
  }

  async revive(head: Parameters<DatabaseEngine['revive']>[0]): Promise<void> {
    await this.worker.close(null);
    this.worker = this.newWorker();
    await this.worker.call('revive', head);
  }

  startOver(): Promise<void> {
    return this.worker.call('startOver', undefined);
  }

  beginHistory(claim: Parameters<DatabaseEngine['beginHistory']>[0]): Promise<void> {
    // What was stored of the old history says nothing of the new one.
    this.worker.settled = claim.txid;
    return this.worker.call('beginHistory', claim);
  }

  onCommits(listener: (pressing: boolean) => void): void {
    this.listener = listener;
  }

  private captured({ bytes, spool, size, ...entry }: WrittenEntry): CapturedEntry {
    this.spooled ||= spool !== null;
    const body = bytes ?? {
      size,
      open: (): AsyncIterable<Uint8Array> =>
        createReadStream(spool!, { highWaterMark: SPOOL_CHUNK_BYTES }),
    };
    return { ...entry, body };
  }

  private newWorker(): WorkerClient {
    const { path, onWarning } = this.options;
    return new WorkerClient({ path }, (message) => {
      if (message.event === 'commits') this.listener?.(message.pressing);
      else onWarning?.(message.text);
    });
  }

  /** Names the temporary files of one restore. */
  private nextId(): string {
    return `${process.pid.toString(36)}${(this.restores++).toString(36)}`;
  }

  version(): number | null {
    return this.dataVersion?.look() ?? null;
  }

  hasNews(): Promise<boolean> {
    return this.worker.call('hasNews', undefined);
  }

  writeLock(): Promise<WriteLock> {
    return this.worker.call('writeLock', undefined);
  }

  async capture(stamp: EntryStamp): Promise<CapturedEntry | null> {
    const { entry, checkpointDue } = await this.worker.call('capture', stamp);
    this.due = checkpointDue;
    return entry && this.captured(entry);
  }

  async settled(txid: number): Promise<void> {
    this.worker.settled = txid;
    if (!this.spooled) return;
    this.spooled = false;
    await this.worker.call('dropSpools', undefined);
  }

  async beginCheckpoint(stamp: EntryStamp): Promise<CapturedEntry | null> {
    this.due = 'no';
    const entry = await this.worker.call('beginCheckpoint', stamp);
    return entry && this.captured(entry);
  }

  async finishCheckpoint(): Promise<void> {
    this.due = await this.worker.call('finishCheckpoint', undefined);
  }

  hold(): Promise<boolean> {
    return this.worker.call('hold', undefined);
  }

  reset(): Promise<void> {
    return this.worker.call('reset', undefined);
  }

  close({ released }: { readonly released: number | null }): Promise<void> {
    this.dataVersion?.close();
    this.dataVersion = null;
    return this.worker.close(released);
  }
}

class WorkerRestore implements RestoreSink {
  constructor(
    private readonly worker: WorkerClient,
    private readonly replace: boolean,
  ) {}

  write({
    file: { key, minTxid, maxTxid },
    first,
    last,
    ...part
  }: RestorePart): Promise<AppliedFile | null> {
    const chunks = part.chunks.map(ownBuffer);
    const file = { key, minTxid, maxTxid };
    return this.worker.call(
      'writePart',
      { file, chunks, first, last },
      chunks.map(({ buffer }) => buffer),
    );
  }

  verify(depth: 'quick' | 'full'): Promise<void> {
    return this.worker.call('verifyRestore', depth);
  }

  finish(): Promise<RestoredDatabase> {
    return this.worker.call('finishRestore', this.replace);
  }

  async abort(): Promise<void> {
    await this.worker.call('abortRestore', undefined);
  }
}
