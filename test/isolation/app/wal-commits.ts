import { closeSync, fstatSync, openSync, readSync } from 'node:fs';

const HEADER_BYTES = 32;
const FRAME_HEADER_BYTES = 24;

/**
 * Counts the commits in SQLite's write-ahead log that left a page other than it was. A commit ends with a frame whose field
 * "database size after commit" is not 0 (sqlite.org/fileformat2.html, section 4). One behind a savepoint that was rolled
 * back writes pages as they were; it is none for those who want to know of changes. Only for a log that nobody restarts.
 */
export class WalCommits {
  readonly #file: number;
  readonly #pageBytes: number;
  readonly #pages = new Map<number, Buffer>();
  #at = HEADER_BYTES;

  constructor(database: string) {
    this.#file = openSync(`${database}-wal`, 'r');
    this.#pageBytes = this.#read(HEADER_BYTES, 0).readUInt32BE(8);
    this.next();
  }

  /** Those that were made since the last call. */
  next(): number {
    const frameBytes = FRAME_HEADER_BYTES + this.#pageBytes;
    const { size } = fstatSync(this.#file);
    let commits = 0;
    let changes = false;
    for (; this.#at + frameBytes <= size; this.#at += frameBytes) {
      const frame = this.#read(frameBytes, this.#at);
      if (this.#differs(frame.readUInt32BE(0), frame.subarray(FRAME_HEADER_BYTES))) changes = true;
      if (frame.readUInt32BE(4) === 0) continue;
      if (changes) commits += 1;
      changes = false;
    }
    return commits;
  }

  close(): void {
    closeSync(this.#file);
  }

  #differs(number: number, page: Buffer): boolean {
    const before = this.#pages.get(number);
    this.#pages.set(number, page);
    return before === undefined || !before.equals(page);
  }

  #read(bytes: number, position: number): Buffer {
    const buffer = Buffer.alloc(bytes);
    readSync(this.#file, buffer, 0, bytes, position);
    return buffer;
  }
}
