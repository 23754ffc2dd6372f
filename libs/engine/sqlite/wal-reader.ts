import { closeSync, fstatSync, openSync, readSync, statSync } from 'node:fs';
import {
  addFrame,
  FRAME_HEADER_SIZE,
  parseWalHeader,
  toPosition,
  WAL_HEADER_SIZE,
  walStart,
  type WalCursor,
  type WalHeader,
} from './wal-format';
import type { WalPosition } from '../database-engine';

const FIRST_CHUNK_BYTES = 64 * 1024;
const MAX_CHUNK_BYTES = 1024 * 1024;

export interface WalScan {
  /** Behind the last commit frame; where the scan began if there is none. */
  readonly end: WalCursor;
  /** Size of the database in pages at that commit; 0 without a commit. */
  readonly commit: number;
  /** Transactions. */
  readonly commits: number;
  /** For every page written by them, where the page's last version begins in the log. Pages beyond `commit` are left out. */
  readonly pages: ReadonlyMap<number, number>;
  /** Valid frames behind the last commit: a transaction that is being written, or was rolled back. */
  readonly uncommitted: number;
}

/**
 * Reads the write-ahead log of a live database. The file is opened once and closed last: unlike the database file itself,
 * `-wal` carries no POSIX locks that a close would drop.
 */
export class WalReader {
  readonly path: string;
  private fd = -1;
  private inode = 0n;
  private readonly head = Buffer.alloc(WAL_HEADER_SIZE);
  private readonly frameHead = Buffer.alloc(FRAME_HEADER_SIZE);
  private chunk = Buffer.alloc(0);
  /** What `chunk` holds now: bytes of the log from `chunkAt` on. */
  private chunkAt = 0;
  private chunkLength = 0;

  constructor(databasePath: string) {
    this.path = `${databasePath}-wal`;
  }

  /**
   * The path no longer leads to the file that is read. SQLite never lets that happen while a connection is open, so the
   * process has lost its locks; its own connections go on writing the old file, and so this reader goes on reading it.
   */
  get unlinked(): boolean {
    if (this.fd < 0) return false;
    const now = statSync(this.path, { bigint: true, throwIfNoEntry: false });
    return now?.ino !== this.inode;
  }

  /** Null while there is no log, or it was cut to nothing. */
  header(): WalHeader | null {
    if (!this.open()) return null;
    if (readSync(this.fd, this.head, 0, WAL_HEADER_SIZE, 0) < WAL_HEADER_SIZE) return null;
    return parseWalHeader(this.head);
  }

  /** Whether a frame of the cursor's generation stands right behind it; it need not be committed. */
  hasFrameAt(cursor: WalCursor): boolean {
    if (!this.readFrameHead(cursor.offset)) return false;
    return (
      this.frameHead.readUInt32BE(8) === cursor.salt1 &&
      this.frameHead.readUInt32BE(12) === cursor.salt2
    );
  }

  /** Whether the frame that ends at the cursor still carries the cursor's checksum. */
  isAnchored(cursor: WalCursor, pageSize: number): boolean {
    if (cursor.offset === WAL_HEADER_SIZE) return true;
    if (!this.readFrameHead(cursor.offset - pageSize - FRAME_HEADER_SIZE)) return false;
    return (
      this.frameHead.readInt32BE(16) === cursor.s0 && this.frameHead.readInt32BE(20) === cursor.s1
    );
  }

  /** Every committed frame behind `from`, which must belong to the generation of `header`. */
  scan(header: WalHeader, from: WalCursor): WalScan {
    const { pageSize, bigEndian } = header;
    const frameSize = pageSize + FRAME_HEADER_SIZE;
    const sums = Int32Array.of(from.s0, from.s1);
    const pages = new Map<number, number>();
    let pending: number[] = [];
    let end = from;
    let commit = 0;
    let commits = 0;
    let offset = from.offset;
    let chunkBytes = FIRST_CHUNK_BYTES;
    for (;;) {
      const frames = this.readChunk(offset, frameSize, chunkBytes);
      const words = new Int32Array(
        this.chunk.buffer,
        this.chunk.byteOffset,
        this.chunk.length >> 2,
      );
      let valid = 0;
      for (; valid < frames; valid++) {
        const at = valid * frameSize;
        if (!this.isOfGeneration(at, from)) break;
        if (!addFrame(sums, this.chunk, words, at, pageSize, bigEndian)) break;
        pending.push(this.chunk.readUInt32BE(at), offset + at + FRAME_HEADER_SIZE);
        const size = this.chunk.readUInt32BE(at + 4);
        if (size === 0) continue;
        for (let i = 0; i < pending.length; i += 2) pages.set(pending[i]!, pending[i + 1]!);
        pending = [];
        commit = size;
        commits++;
        end = { ...from, offset: offset + at + frameSize, s0: sums[0]!, s1: sums[1]! };
      }
      if (valid < Math.max(1, Math.floor(chunkBytes / frameSize))) break;
      offset += valid * frameSize;
      chunkBytes = Math.min(chunkBytes * 4, MAX_CHUNK_BYTES);
    }
    for (const page of pages.keys()) if (page > commit) pages.delete(page);
    return { end, commit, commits, pages, uncommitted: pending.length / 2 };
  }

  /** The page whose bytes begin at `offset` in the log. The result is valid until the next call of this reader. */
  page(offset: number, pageSize: number): Buffer {
    const at = offset - this.chunkAt;
    if (at >= 0 && at + pageSize <= this.chunkLength) return this.chunk.subarray(at, at + pageSize);
    this.chunkLength = 0;
    this.ensureChunk(pageSize);
    let got = 0;
    while (got < pageSize) {
      const n = readSync(this.fd, this.chunk, got, pageSize - got, offset + got);
      if (n === 0) throw new Error(`the log ends inside a frame that was read before (${offset})`);
      got += n;
    }
    return this.chunk.subarray(0, pageSize);
  }

  /** The cursor of `position`, if the log holds every frame up to there, byte for byte; else null. */
  find(header: WalHeader, position: WalPosition): WalCursor | null {
    if (header.salt1 !== position.salt1 || header.salt2 !== position.salt2) return null;
    const { pageSize, bigEndian } = header;
    const frameSize = pageSize + FRAME_HEADER_SIZE;
    const start = walStart(header);
    const sums = Int32Array.of(start.s0, start.s1);
    let offset = start.offset;
    while (offset < position.offset) {
      const frames = this.readChunk(offset, frameSize, MAX_CHUNK_BYTES);
      if (frames === 0) return null;
      const words = new Int32Array(
        this.chunk.buffer,
        this.chunk.byteOffset,
        this.chunk.length >> 2,
      );
      for (let i = 0; i < frames && offset < position.offset; i++, offset += frameSize) {
        const at = i * frameSize;
        if (!this.isOfGeneration(at, start)) return null;
        if (!addFrame(sums, this.chunk, words, at, pageSize, bigEndian)) return null;
      }
    }
    const cursor = { ...start, offset, s0: sums[0]!, s1: sums[1]! };
    return offset === position.offset && toPosition(cursor).checksum === position.checksum
      ? cursor
      : null;
  }

  close(): void {
    if (this.fd >= 0) closeSync(this.fd);
    this.fd = -1;
  }

  private open(): boolean {
    if (this.fd >= 0) return true;
    try {
      this.fd = openSync(this.path, 'r');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
      throw error;
    }
    this.inode = fstatSync(this.fd, { bigint: true }).ino;
    return true;
  }

  private readFrameHead(offset: number): boolean {
    return readSync(this.fd, this.frameHead, 0, FRAME_HEADER_SIZE, offset) === FRAME_HEADER_SIZE;
  }

  private isOfGeneration(at: number, { salt1, salt2 }: WalCursor): boolean {
    return this.chunk.readUInt32BE(at + 8) === salt1 && this.chunk.readUInt32BE(at + 12) === salt2;
  }

  /** Fills `chunk` from `offset` on; returns the number of whole frames it holds. */
  private readChunk(offset: number, frameSize: number, bytes: number): number {
    const wanted = Math.max(1, Math.floor(bytes / frameSize)) * frameSize;
    this.ensureChunk(wanted);
    this.chunkAt = offset;
    this.chunkLength = readSync(this.fd, this.chunk, 0, wanted, offset);
    return Math.floor(this.chunkLength / frameSize);
  }

  private ensureChunk(bytes: number): void {
    // A multiple of 4 in a buffer of its own, so that it can be read in words.
    if (this.chunk.length < bytes) this.chunk = Buffer.from(new ArrayBuffer((bytes + 3) & ~3));
  }
}
