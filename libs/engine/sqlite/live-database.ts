import { PersistenceError } from '../../errors';
import { lockPage } from '../../ltx';
import type { CheckpointUrgency, EntryStamp, WalPosition, WriteLock } from '../database-engine';
import { databaseError } from './sqlite-errors';
import { beginRead, connect, endTransaction, tryBeginWrite, type Connection } from './connection';
import { EntryWriter, type WrittenEntry } from './entry-writer';
import { snapshotEntry } from './snapshot';
import {
  FRAME_HEADER_SIZE,
  toPosition,
  WAL_HEADER_SIZE,
  walStart,
  type WalCursor,
  type WalHeader,
} from './wal-format';
import { WalReader, type WalScan } from './wal-reader';

/** A checkpoint is due when the log has grown by so many pages since the last one. */
const CHECKPOINT_PAGES = 1_000;
/** From here on it is worth a moment of those who wait for their commits. */
const OVERDUE_PAGES = 2_000;
/** From here on writers never paused long enough: what a checkpoint has left over is done with them shut out, for a few ms. */
const BARRIER_PAGES = 4_000;
/** From here on writers are faster than we are, and have to wait. */
const BRAKE_PAGES = 16_000;
/** A log file that has grown beyond this is cut when it is empty. */
const TRUNCATE_ABOVE_BYTES = 64 * 1024 * 1024;
const HOLD_STEP_MS = 5;
/** Looking whether the log was deleted is a system call that a commit need not pay for. */
const WATCH_EVERY_MS = 500;

/** What the owner of the sidecar wants to know while the database is live. */
export interface LiveListener {
  /** At `txid` the database is the main file and its log up to `position`. Durable when this returns. */
  atPosition(txid: number, position: WalPosition): void;
  /** The main file has been written by a checkpoint of ours. Durable when this returns. */
  mainWritten(line?: { readonly txid: number; readonly position: WalPosition }): void;
  warn(text: string): void;
}

interface News {
  readonly header: WalHeader;
  readonly from: WalCursor;
  readonly scan: WalScan;
}

/**
 * The capture protocol on one live database. One of two readers is inside a read transaction at every moment, and
 * before the older one ends, everything committed when the newer one began has been captured: so nobody, in this process
 * or another, can restart the log past a commit that is in no entry.
 */
export class LiveDatabase {
  readonly pageSize: number;
  readonly wal: WalReader;
  private readonly connections: Connection[] = [];
  private reader: Connection;
  private spare: Connection;
  /** Holds the write lock to shut writers out. */
  readonly barrier: Connection;
  private readonly checkpointer: Connection;
  private cursor: WalCursor | null = null;
  private commit = 0;
  private txid = 0;
  /** Pages of the log that the last checkpoint attempt has seen, and how many of them are in the main file. */
  private attempted = 0;
  private backfilled = 0;
  private checkpointed = true;
  /**
   * Whether the log may be restarted now. It can be only right after our reader began on a log that is wholly in the main
   * file; once a frame was added to the log after that, not before the reader has moved on.
   */
  private restartable = true;
  private warnedOfUnlinkedLog = false;
  private lockWatched = Number.NEGATIVE_INFINITY;
  private lostPlace = false;

  /** Opens the database, which must be in WAL mode, and holds it. */
  constructor(
    readonly path: string,
    private readonly listener: LiveListener,
  ) {
    this.wal = new WalReader(path);
    try {
      this.reader = this.connect();
      beginRead(this.reader);
      this.spare = this.connect();
      this.barrier = this.connect();
      this.checkpointer = this.connect();
      this.checkpointer.pragma('synchronous = FULL');
      if (this.reader.pragma('journal_mode', { simple: true }) !== 'wal') {
        throw new PersistenceError('DATABASE_NOT_WAL', `${path} is not in WAL mode.`);
      }
      this.pageSize = this.reader.pragma('page_size', { simple: true }) as number;
    } catch (error) {
      this.close();
      throw databaseError(error, path);
    }
  }

  /** The reader that holds the database; its view is that of the last capture. */
  get view(): Connection {
    return this.reader;
  }

  get position(): WalPosition | null {
    return this.cursor && toPosition(this.cursor);
  }

  /** From which state capture goes on; `lost`: the next capture is the whole database. */
  continueFrom(state: {
    readonly txid: number;
    readonly commit: number;
    readonly cursor: WalCursor | 'lost' | null;
  }): void {
    this.txid = state.txid;
    this.commit = state.commit;
    this.lostPlace = state.cursor === 'lost';
    this.cursor = state.cursor === 'lost' ? null : state.cursor;
    this.restartable = !this.hasNews();
  }

  /** The next capture is the whole database. */
  forgetPlace(): void {
    this.lostPlace = true;
  }

  /** Cheap enough to be asked every few ms: is there a frame that no capture has looked at? */
  hasNews(): boolean {
    const header = this.findPlace();
    if (header === 'lost') return true;
    return header !== null && this.wal.hasFrameAt(this.cursor!);
  }

  /** Every commit that is in no entry yet, as one entry. */
  capture(stamp: EntryStamp): Promise<WrittenEntry | null> {
    return this.handOver(stamp, async () => {
      const news = this.look();
      if (news === null) return null;
      return news === 'lost' ? await this.takeSnapshot(stamp) : this.encode(stamp, news);
    });
  }

  get checkpointDue(): CheckpointUrgency {
    const pages = this.logPages();
    if (this.backfilled >= pages) return 'no';
    // Most of the log is in the main file by now, so shutting writers out for the rest is short.
    if (pages >= BARRIER_PAGES && this.backfilled > 0) return 'overdue';
    if (pages - this.attempted < CHECKPOINT_PAGES) return 'no';
    return pages < OVERDUE_PAGES ? 'due' : 'overdue';
  }

  /** So much has been written since the last capture that it should be captured now, whoever wanted to wait. */
  get pressed(): boolean {
    const { cursor } = this;
    if (!cursor) return false;
    const frame = this.pageSize + FRAME_HEADER_SIZE;
    return this.wal.hasFrameAt({ ...cursor, offset: cursor.offset + BARRIER_PAGES * frame });
  }

  /**
   * The reader moves on to now, and what was committed up to now is captured. The caller must have it stored before
   * `finishCheckpoint` lets the main file take it in; only under the barrier that happens at once.
   */
  beginCheckpoint(stamp: EntryStamp): Promise<WrittenEntry | null> {
    return this.handOver(stamp, () => this.swapReaders(stamp));
  }

  private async swapReaders(stamp: EntryStamp): Promise<WrittenEntry | null> {
    const barrier = this.needsBarrier() && tryBeginWrite(this.barrier);
    try {
      beginRead(this.spare);
      const news = this.look();
      if (news === 'lost') {
        if (barrier) endTransaction(this.barrier);
        return await this.takeSnapshot(stamp);
      }
      const entry = news && this.encode(stamp, news);
      this.exchangeReaders();
      this.checkpointed = barrier;
      if (barrier) this.backfillUnderBarrier();
      return entry;
    } finally {
      endTransaction(this.spare);
      if (barrier) endTransaction(this.barrier);
    }
  }

  finishCheckpoint(): void {
    if (this.checkpointed) return;
    this.checkpointed = true;
    const empty = this.backfill();
    this.listener.mainWritten();
    if (!empty) return;
    // The next writer restarts the log if a reader that began now finds nothing behind what is in the main file.
    beginRead(this.spare);
    if (this.hasNews()) {
      endTransaction(this.spare);
      return;
    }
    this.exchangeReaders();
    if (this.cursor && this.cursor.offset > TRUNCATE_ABOVE_BYTES)
      this.checkpointer.pragma('wal_checkpoint(TRUNCATE)');
  }

  /** Everything in the log goes to the main file, with writers shut out. False if a foreign reader stands in the way. */
  backfillAll(): boolean {
    beginRead(this.spare);
    this.exchangeReaders();
    return this.backfill();
  }

  /** Whether another connection is writing, and the mark of the last commit. Never waits. */
  writeLock(): WriteLock {
    const ours = this.barrier.inTransaction;
    const taken = !ours && tryBeginWrite(this.barrier);
    if (taken) endTransaction(this.barrier);
    const mark = this.barrier.pragma('data_version', { simple: true }) as number;
    return { held: !ours && !taken, mark };
  }

  /** Shuts writers out, waiting for the one at work up to `timeoutMs`. */
  async hold(timeoutMs: number): Promise<boolean> {
    for (let waited = 0; !this.barrier.inTransaction; waited += HOLD_STEP_MS) {
      if (tryBeginWrite(this.barrier)) break;
      if (waited >= timeoutMs) return false;
      await new Promise((resolve) => setTimeout(resolve, HOLD_STEP_MS));
    }
    return true;
  }

  /** The whole database as one entry: where it begins to be replicated, and where the place in the log was lost. */
  snapshot(stamp: EntryStamp): Promise<WrittenEntry> {
    return this.handOver(stamp, () => this.takeSnapshot(stamp));
  }

  /**
   * Our place moves on with the entry that is made. Where something fails behind that (the main file finds no room, the
   * sidecar cannot be written), the entry is never handed over, so the next one must hold everything.
   */
  private async handOver<T extends WrittenEntry | null>(
    stamp: EntryStamp,
    make: () => Promise<T>,
  ): Promise<T> {
    try {
      return await make();
    } catch (error) {
      if (this.txid === stamp.txid) this.lostPlace = true;
      throw error;
    }
  }

  private async takeSnapshot(stamp: EntryStamp): Promise<WrittenEntry> {
    endTransaction(this.spare);
    const { entry, cursor } = await snapshotEntry(this.path, stamp, {
      wal: this.wal,
      reader: this.spare,
      writer: this.barrier,
      pageSize: this.pageSize,
    });
    this.exchangeReaders();
    this.advance(stamp.txid, entry.commit, cursor);
    this.lostPlace = false;
    this.listener.atPosition(stamp.txid, toPosition(cursor));
    return entry;
  }

  close(): void {
    for (const connection of this.connections.toReversed()) {
      endTransaction(connection);
      connection.close();
    }
    this.wal.close();
  }

  /**
   * Reads once, so that the connection opens the log now. One that opened it later, after the log had been deleted by
   * someone who saw no locks, would write a new file while the others go on with the old one.
   */
  private connect(): Connection {
    const connection = connect(this.path);
    this.connections.push(connection);
    beginRead(connection);
    endTransaction(connection);
    connection.pragma('busy_timeout = 0');
    return connection;
  }

  /** Writers never pause, and either little is left to do with them shut out, or they outrun all that is done beside them. */
  private needsBarrier(): boolean {
    const pages = this.logPages();
    if (pages < BARRIER_PAGES || this.barrier.inTransaction) return false;
    return pages - this.backfilled < CHECKPOINT_PAGES || pages >= BRAKE_PAGES;
  }

  /** The spare reader, which has begun, takes over; the older one ends. */
  private exchangeReaders(): void {
    endTransaction(this.reader);
    [this.reader, this.spare] = [this.spare, this.reader];
    this.restartable = true;
  }

  /** What was committed since the last capture; null if nothing; 'lost' if the log no longer leads from there to now. */
  private look(): News | 'lost' | null {
    this.watchLock();
    const header = this.findPlace();
    if (header === null || header === 'lost') return header;
    const from = this.cursor!;
    if (!this.wal.hasFrameAt(from)) return null;
    const scan = this.wal.scan(header, from);
    return scan.commits === 0 ? null : { header, from, scan };
  }

  /**
   * Sees to it that the cursor stands in the log that `header` begins; null while there is none. A log that was restarted
   * is noted on disk as soon as it is seen: a kill right after finds the file provable.
   */
  private findPlace(): WalHeader | 'lost' | null {
    if (this.lostPlace) return 'lost';
    const header = this.wal.header();
    if (!header) return this.cursor && !this.restartable ? this.lose('the log was cut') : null;
    if (header.pageSize !== this.pageSize) return this.lose('its page size changed');
    if (this.cursor && sameGeneration(header, this.cursor)) {
      if (this.wal.isAnchored(this.cursor, this.pageSize)) return header;
      return this.lose('captured frames were overwritten');
    }
    if (this.cursor && !this.restartable) return this.lose('the log was restarted under a reader');
    if (this.cursor && this.leftBehind(header, this.cursor))
      return this.lose('a commit was left behind');
    this.cursor = walStart(header);
    this.attempted = 0;
    this.backfilled = 0;
    this.restartable = false;
    this.listener.atPosition(this.txid, toPosition(this.cursor));
    return header;
  }

  /** Something went past SQLite's locks. Nothing is lost by it: the next entry holds every page. */
  private lose(how: string): 'lost' {
    this.lostPlace = true;
    this.listener.warn(
      `The place in the write-ahead log of ${this.path} was lost (${how}); the whole database is stored anew.`,
    );
    return 'lost';
  }

  /** The log was restarted although a commit behind our place had not been captured: it still stands there. */
  private leftBehind(header: WalHeader, cursor: WalCursor): boolean {
    return this.wal.hasFrameAt(cursor) && this.wal.scan(header, cursor).commits > 0;
  }

  private watchLock(): void {
    const now = performance.now();
    if (this.warnedOfUnlinkedLog || now - this.lockWatched < WATCH_EVERY_MS) return;
    this.lockWatched = now;
    if (!this.wal.unlinked) return;
    this.warnedOfUnlinkedLog = true;
    this.listener.warn(
      'The write-ahead log was deleted under the running app: something in this process opened and closed the database ' +
        'file with node:fs, which drops its locks. Commits are still captured. Restart the app, and copy the file with SyncService only.',
    );
  }

  private encode(stamp: EntryStamp, { from, scan }: News): WrittenEntry {
    const writer = new EntryWriter(this.path, stamp, {
      pageSize: this.pageSize,
      commit: scan.commit,
      commits: scan.commits,
      span: { from, to: scan.end },
    });
    try {
      for (const pgno of this.pagesToStore(scan)) {
        const offset = scan.pages.get(pgno);
        writer.page(
          pgno,
          offset === undefined ? Buffer.alloc(this.pageSize) : this.wal.page(offset, this.pageSize),
        );
      }
      const entry = writer.finish();
      this.restartable = false;
      this.advance(stamp.txid, scan.commit, scan.end);
      return entry;
    } catch (error) {
      writer.abort();
      throw error;
    }
  }

  /** Ascending. A page that the database grew by without ever writing it is stored too, or a stale one would come back. */
  private pagesToStore(scan: WalScan): Uint32Array {
    const pages = [...scan.pages.keys()];
    for (let page = this.commit + 1; page <= scan.commit; page++)
      if (!scan.pages.has(page)) pages.push(page);
    const lock = lockPage(this.pageSize);
    return Uint32Array.from(pages.filter((page) => page !== lock)).sort();
  }

  private advance(txid: number, commit: number, cursor: WalCursor): void {
    this.txid = txid;
    this.commit = commit;
    this.cursor = cursor;
  }

  private logPages(): number {
    return this.cursor
      ? (this.cursor.offset - WAL_HEADER_SIZE) / (this.pageSize + FRAME_HEADER_SIZE)
      : 0;
  }

  /** Copies the log into the main file, up to the reader's mark at most. True if that was all of it. */
  private backfill(): boolean {
    const [result] = this.checkpointer.pragma('wal_checkpoint(PASSIVE)') as {
      busy: number;
      log: number;
      checkpointed: number;
    }[];
    this.attempted = this.logPages();
    this.backfilled = result!.checkpointed;
    return result!.busy === 0 && result!.log === result!.checkpointed;
  }

  private backfillUnderBarrier(): void {
    this.backfill();
    this.listener.mainWritten(
      this.cursor ? { txid: this.txid, position: toPosition(this.cursor) } : undefined,
    );
    beginRead(this.spare);
    this.exchangeReaders();
  }
}

function sameGeneration(header: WalHeader, cursor: WalCursor): boolean {
  return header.salt1 === cursor.salt1 && header.salt2 === cursor.salt2;
}
