import { ByteWindow } from './byte-window';
import { Crc64 } from './crc64';
import { ZERO_CHECKSUM } from './entry-info';
import { invalid } from './invalid';
import {
  asBuffer,
  BLOCK_LENGTH_SIZE,
  INDEX_LENGTH_SIZE,
  LTX_HEADER_SIZE,
  LTX_TRAILER_SIZE,
  PAGE_FLAGS_BLOCK,
  PAGE_FLAGS_FRAME,
  PAGE_HEADER_SIZE,
  readUint64,
} from './ltx-format';
import { sealChecksum, type LtxSummary } from './ltx-encoder';
import { decodeLtxHeader, type LtxHeader } from './ltx-header';
import { FrameReader } from './lz4/frame-reader';
import { lz4Bound, pageKernel } from './lz4/page-kernel';
import { PageIndex } from './page-index';
import { PageOrder } from './page-order';

/** What a reader knows beforehand, and therefore holds the file to. */
export interface LtxLimits {
  /** Refuse a database larger than this, bytes. */
  readonly maxDatabaseBytes?: number;
  /** Size of the database before this file, pages: every page by which it grows must then be stored. */
  readonly previousCommit?: number;
}

/**
 * - `more`: feed the next chunk.
 * - `header`: `header` is known now.
 * - `page`: `pgno` and `page` are the next page; the bytes are valid until the next call on any parser of this thread.
 * - `end`: the file is complete and intact, `summary` is known.
 */
export type LtxEvent = 'more' | 'header' | 'page' | 'end';

type Step =
  | 'header'
  | 'page-header'
  | 'block-length'
  | 'block'
  | 'frame'
  | 'index'
  | 'index-length'
  | 'trailer'
  | 'end';

/**
 * Reads one LTX file step by step from chunks of any size. Nothing is allocated from a number in the file before that
 * number was bounded. Pages come out before the file checksum is known to be right: whoever keeps them must wait for `end`.
 */
export class LtxParser {
  pgno = 0;
  page: Uint8Array = Buffer.alloc(0);
  summary: LtxSummary | null = null;

  private step: Step = 'header';
  private known: LtxHeader | null = null;
  private order!: PageOrder;
  private frame!: FrameReader;
  private readonly window = new ByteWindow();
  private readonly crc = new Crc64();

  private frameStart = 0;
  private blockLength = 0;
  private readonly expectedIndex = new Crc64();
  private readonly index = new PageIndex((bytes) => this.expectedIndex.update(bytes));
  private readonly actualIndex = new Crc64();
  private indexLeft = 0;

  constructor(private readonly limits: LtxLimits = {}) {}

  get header(): LtxHeader {
    if (!this.known) throw invalid('its header is cut');
    return this.known;
  }

  /** The size of the database before this file, where it was not known from the start. Right behind the header. */
  growFrom(previousCommit: number): void {
    this.order = new PageOrder(this.header, previousCommit);
  }

  /** The next bytes of the file; only after `next` has asked for `more`. */
  feed(chunk: Uint8Array): void {
    if (this.step === 'end' && chunk.length > 0) throw invalid('bytes follow its trailer');
    this.window.push(asBuffer(chunk));
  }

  next(): LtxEvent {
    for (;;) {
      const event = this.advance();
      if (event) return event;
    }
  }

  /** One step; null to go on with the next. */
  private advance(): LtxEvent | null {
    switch (this.step) {
      case 'header':
        return this.window.has(LTX_HEADER_SIZE) ? this.readHeader() : 'more';
      case 'page-header':
        return this.window.has(PAGE_HEADER_SIZE) ? this.readPageHeader() : 'more';
      case 'block-length':
        return this.window.has(BLOCK_LENGTH_SIZE) ? this.readBlockLength() : 'more';
      case 'block':
        return this.window.has(this.blockLength) ? this.readBlock() : 'more';
      case 'frame':
        return this.readFrame();
      case 'index':
        return this.readIndex();
      case 'index-length':
        return this.window.has(INDEX_LENGTH_SIZE) ? this.readIndexLength() : 'more';
      case 'trailer':
        return this.window.has(LTX_TRAILER_SIZE) ? this.readTrailer() : 'more';
      case 'end':
        return 'end';
    }
  }

  private readHeader(): LtxEvent {
    const { bytes, at } = this.window;
    const header = decodeLtxHeader(bytes.subarray(at, at + LTX_HEADER_SIZE));
    const { maxDatabaseBytes = Infinity, previousCommit = header.commit } = this.limits;
    if (header.commit * header.pageSize > maxDatabaseBytes) {
      throw invalid(
        `a database of ${header.commit} pages is larger than ${maxDatabaseBytes} bytes`,
      );
    }
    this.fold(LTX_HEADER_SIZE);
    this.known = header;
    this.growFrom(previousCommit);
    this.frame = new FrameReader(this.window, header.pageSize);
    this.step = 'page-header';
    return 'header';
  }

  private readPageHeader(): null {
    const { bytes, at } = this.window;
    const pgno = bytes.readUInt32BE(at);
    const flags = bytes.readUInt16BE(at + 4);
    this.fold(PAGE_HEADER_SIZE);
    if (pgno === 0 && flags === 0) return this.beginIndex();
    if (flags !== PAGE_FLAGS_BLOCK && flags !== PAGE_FLAGS_FRAME) {
      throw invalid(`flags ${flags} at page ${pgno}`);
    }
    this.order.next(pgno);
    this.pgno = pgno;
    this.frameStart = this.window.consumed - PAGE_HEADER_SIZE;
    this.step = flags === PAGE_FLAGS_BLOCK ? 'block-length' : 'frame';
    return null;
  }

  private readBlockLength(): null {
    const { bytes, at } = this.window;
    const length = bytes.readUInt32BE(at);
    if (length === 0 || length > lz4Bound(this.header.pageSize)) {
      throw invalid(`page ${this.pgno} says that it takes ${length} bytes`);
    }
    this.fold(BLOCK_LENGTH_SIZE);
    this.blockLength = length;
    this.step = 'block';
    return null;
  }

  private readBlock(): LtxEvent {
    const { bytes, at } = this.window;
    const page = pageKernel.decompress(bytes, at, this.blockLength, this.header.pageSize);
    if (!page) throw invalid(`the LZ4 block of page ${this.pgno} does not give a page`);
    return this.takePage(page);
  }

  private readFrame(): LtxEvent {
    const page = this.frame.read();
    return page ? this.takePage(page) : 'more';
  }

  private takePage(page: Uint8Array): LtxEvent {
    pageKernel.foldPage(this.crc, page.length);
    this.index.add(this.pgno, this.frameStart, this.window.consumed - this.frameStart);
    this.page = page;
    this.step = 'page-header';
    return 'page';
  }

  private beginIndex(): null {
    this.order.end();
    this.index.end();
    this.indexLeft = this.index.length;
    this.step = 'index';
    return null;
  }

  private readIndex(): LtxEvent | null {
    const length = this.window.some(this.indexLeft);
    if (length === 0) return 'more';
    this.fold(length);
    this.actualIndex.update(this.window.bytes, this.window.at, this.window.at + length);
    this.indexLeft -= length;
    if (this.indexLeft > 0) return null;
    if (this.actualIndex.digest() !== this.expectedIndex.digest()) {
      throw invalid('its page index does not agree with its pages');
    }
    this.step = 'index-length';
    return null;
  }

  private readIndexLength(): null {
    const { bytes, at } = this.window;
    if (readUint64(bytes, at, 'index length') !== this.index.length) {
      throw invalid('its page index has another length');
    }
    this.fold(INDEX_LENGTH_SIZE);
    this.step = 'trailer';
    return null;
  }

  private readTrailer(): LtxEvent {
    const { bytes, at } = this.window;
    const end = at + LTX_TRAILER_SIZE;
    if (bytes.toString('hex', at, end - 8) !== ZERO_CHECKSUM) {
      throw invalid('it carries a post-apply checksum');
    }
    this.fold(LTX_TRAILER_SIZE - 8);
    const checksum = bytes.toString('hex', end - 8, end);
    if (sealChecksum(this.crc).toString('hex') !== checksum) {
      throw invalid('its checksum does not match its content');
    }
    if (!this.window.empty) throw invalid('bytes follow its trailer');
    this.step = 'end';
    const { consumed: size } = this.window;
    this.summary = { header: this.header, size, pages: this.order.count, checksum };
    return 'end';
  }

  private fold(length: number): void {
    this.crc.update(this.window.bytes, this.window.at, this.window.at + length);
  }
}
