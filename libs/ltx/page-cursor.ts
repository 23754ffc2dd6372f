import { invalid } from './invalid';
import type { LtxHeader } from './ltx-header';
import { LtxParser } from './ltx-parser';

/** One input of a merge: stands on a page, whose bytes it holds, and moves to the next. */
export class PageCursor {
  /** The page it stands on; Infinity behind the last one. */
  pgno = 0;
  page: Uint8Array = Buffer.alloc(0);

  private readonly parser = new LtxParser();
  private readonly chunks: AsyncIterator<Uint8Array>;

  constructor(source: AsyncIterable<Uint8Array>) {
    this.chunks = source[Symbol.asyncIterator]();
  }

  get header(): LtxHeader {
    return this.parser.header;
  }

  /** The checksum of the file; known behind the last page. */
  get checksum(): string | undefined {
    return this.parser.summary?.checksum;
  }

  /** Reads the header. */
  async open(): Promise<void> {
    while (this.parser.next() === 'more') await this.refill();
    this.page = Buffer.alloc(this.header.pageSize);
  }

  /** The size of the database before this file, pages. Between `open` and the first `advance`. */
  growFrom(previousCommit: number): void {
    this.parser.growFrom(previousCommit);
  }

  /** Moves on; false if that needs more bytes: then `refill` and call again. */
  advance(): boolean {
    const event = this.parser.next();
    if (event === 'more') return false;
    if (event === 'page') {
      this.page.set(this.parser.page);
      this.pgno = this.parser.pgno;
    } else {
      this.pgno = Infinity;
    }
    return true;
  }

  async refill(): Promise<void> {
    const { done, value } = await this.chunks.next();
    if (done) throw invalid('it is cut');
    this.parser.feed(value);
  }

  /** Behind the last page: reads to the end of the source, where nothing may follow. */
  async drain(): Promise<void> {
    for (let read = await this.chunks.next(); !read.done; read = await this.chunks.next()) {
      this.parser.feed(read.value);
    }
  }

  async close(): Promise<void> {
    await this.chunks.return?.();
  }
}
