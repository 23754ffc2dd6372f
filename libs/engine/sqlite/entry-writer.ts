import { closeSync, openSync, rmSync, writeSync } from 'node:fs';
import { LtxEncoder, type LtxHeader } from '../../ltx';
import type { EntryStamp } from '../database-engine';
import { temporary } from './local-files';
import { toPosition, WAL_HEADER_SIZE, type WalCursor } from './wal-format';

/** Above this an entry is spooled to disk instead of held in memory. */
const SPOOL_ABOVE_BYTES = 16 * 1024 * 1024;
/** A whole database is written while nothing is waited for: it is held in memory only if it is tiny. */
const SPOOL_SNAPSHOT_ABOVE_BYTES = 1024 * 1024;
const NO_CHECKSUM = '0'.repeat(16);

/** An entry as the worker hands it over: its bytes, or the file that holds them. */
export interface WrittenEntry {
  readonly txid: number;
  readonly checksum: string;
  readonly timestamp: number;
  readonly commit: number;
  readonly pageSize: number;
  readonly commits: number;
  readonly size: number;
  readonly bytes: Uint8Array<ArrayBuffer> | null;
  readonly spool: string | null;
}

export interface EntryContent {
  readonly pageSize: number;
  /** Size of the database behind the entry, in pages. */
  readonly commit: number;
  readonly commits: number;
  /** The part of the log that the entry holds; null where it stands for no part of it. */
  readonly span: { readonly from: WalCursor; readonly to: WalCursor } | null;
}

/** Encodes one entry, page by page, in memory bounded whatever its size. */
export class EntryWriter {
  private readonly encoder: LtxEncoder;
  private chunks: Buffer[] = [];
  private held = 0;
  private size = 0;
  private spool: { readonly path: string; readonly fd: number } | null = null;

  constructor(
    private readonly databasePath: string,
    private readonly stamp: EntryStamp,
    private readonly content: EntryContent,
  ) {
    this.encoder = new LtxEncoder(header(stamp, content), (chunk) => this.take(chunk));
  }

  private get limit(): number {
    return this.content.span ? SPOOL_ABOVE_BYTES : SPOOL_SNAPSHOT_ABOVE_BYTES;
  }

  /** The page whose bytes stand at `offset` in `source`. */
  page(pgno: number, source: Uint8Array, offset = 0): void {
    this.encoder.page(pgno, source, offset);
  }

  finish(): WrittenEntry {
    const { checksum } = this.encoder.finish();
    if (this.spool) {
      this.writeOut();
      closeSync(this.spool.fd);
    }
    return {
      txid: this.stamp.txid,
      timestamp: this.stamp.timestamp,
      checksum,
      commit: this.content.commit,
      pageSize: this.content.pageSize,
      commits: this.content.commits,
      size: this.size,
      bytes: this.spool ? null : concatenate(this.chunks, this.size),
      spool: this.spool?.path ?? null,
    };
  }

  /** After an error: leaves nothing behind. */
  abort(): void {
    if (!this.spool) return;
    closeSync(this.spool.fd);
    rmSync(this.spool.path, { force: true });
  }

  private take(chunk: Uint8Array): void {
    this.chunks.push(Buffer.from(chunk));
    this.held += chunk.length;
    this.size += chunk.length;
    if (this.held > this.limit || this.spool) this.writeOut();
  }

  private writeOut(): void {
    this.spool ??= this.openSpool();
    for (const chunk of this.chunks) {
      for (let done = 0; done < chunk.length;) done += writeSync(this.spool.fd, chunk, done);
    }
    this.chunks = [];
    this.held = 0;
  }

  private openSpool(): { path: string; fd: number } {
    const path = temporary(this.databasePath, 'entry', this.stamp.txid.toString(16));
    return { path, fd: openSync(path, 'w') };
  }
}

/** A buffer of its own, so that it can be handed to another thread without a copy. */
function concatenate(chunks: readonly Buffer[], size: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(new ArrayBuffer(size));
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes;
}

function header(stamp: EntryStamp, { pageSize, commit, span }: EntryContent): LtxHeader {
  const { txid, nodeId, parent, timestamp } = stamp;
  return {
    pageSize,
    commit,
    minTxid: txid,
    maxTxid: txid,
    timestamp,
    // Readers that continue a log (Litestream) take an offset below 32 for "no log yet" and would replicate nothing.
    walOffset: span?.from.offset ?? WAL_HEADER_SIZE,
    walSize: span ? span.to.offset - span.from.offset : 0,
    salt1: span?.to.salt1 ?? 0,
    salt2: span?.to.salt2 ?? 0,
    nodeId,
    entry: {
      kind: 'data',
      frameChecksum: span ? toPosition(span.to).checksum : NO_CHECKSUM,
      parent,
    },
  };
}
