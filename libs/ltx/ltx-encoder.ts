import { Crc64 } from './crc64';
import { invalid } from './invalid';
import {
  BLOCK_LENGTH_SIZE,
  INDEX_LENGTH_SIZE,
  LTX_TRAILER_SIZE,
  PAGE_FLAGS_BLOCK,
  PAGE_HEADER_SIZE,
  writeUint64,
} from './ltx-format';
import { encodeLtxHeader, type LtxHeader } from './ltx-header';
import { pageKernel } from './lz4/page-kernel';
import { OutputBuffer } from './output-buffer';
import { PageIndex } from './page-index';
import { PageOrder } from './page-order';

/** What a file turned out to be, known behind its last byte. */
export interface LtxSummary {
  readonly header: LtxHeader;
  /** Bytes of the file. */
  readonly size: number;
  /** Pages stored. */
  readonly pages: number;
  /** The file checksum as stored, its last 8 bytes: 16 hex digits. Names the file in its successor's `parent`. */
  readonly checksum: string;
}

const FRAME_HEADER_SIZE = PAGE_HEADER_SIZE + BLOCK_LENGTH_SIZE;

/** The file checksum is stored with its first bit set, which says that there is one. */
export function sealChecksum(crc: Crc64): Buffer {
  const bytes = crc.bytes();
  bytes[0]! |= 0x80;
  return bytes;
}

/**
 * Writes one LTX file: pages in ascending order, then `finish`. The same calls give the same bytes. Throws `LTX_INVALID` for
 * anything that the decoder would refuse. Memory: about 256 KiB, and about ten bytes per page for the index.
 */
export class LtxEncoder {
  private readonly crc = new Crc64();
  private readonly order: PageOrder;
  private readonly output: OutputBuffer;
  private readonly indexBytes: Buffer[] = [];
  private readonly index = new PageIndex((bytes) => this.indexBytes.push(Buffer.from(bytes)));
  private finished = false;

  /** `sink` gets the file in pieces, each valid only during the call. */
  constructor(
    private readonly header: LtxHeader,
    sink: (chunk: Uint8Array) => void,
  ) {
    const bytes = encodeLtxHeader(header);
    this.order = new PageOrder(header);
    this.output = new OutputBuffer(sink);
    this.write(bytes);
  }

  /** Stores the page whose bytes stand at `offset` in `source`. */
  page(pgno: number, source: Uint8Array, offset = 0): void {
    const { pageSize } = this.header;
    if (this.finished) throw invalid(`page ${pgno} comes after the end`);
    if (offset + pageSize > source.length) throw invalid(`page ${pgno} is cut`);
    this.order.next(pgno);

    const start = this.output.total;
    const length = pageKernel.compress(source, offset, pageSize);
    const { bytes, at } = this.output.reserve(FRAME_HEADER_SIZE + length);
    bytes.writeUInt32BE(pgno, at);
    bytes.writeUInt16BE(PAGE_FLAGS_BLOCK, at + 4);
    bytes.writeUInt32BE(length, at + PAGE_HEADER_SIZE);
    this.crc.update(bytes, at, at + FRAME_HEADER_SIZE);
    pageKernel.foldCompressed(this.crc, pageSize);
    pageKernel.copyBlock(length, bytes, at + FRAME_HEADER_SIZE);
    this.index.add(pgno, start, FRAME_HEADER_SIZE + length);
    this.output.flushIfLarge();
  }

  /** Ends the file. Call it once. */
  finish(): LtxSummary {
    if (this.finished) throw invalid('it was ended before');
    this.finished = true;
    this.order.end();
    this.write(Buffer.alloc(PAGE_HEADER_SIZE));
    this.index.end();
    for (const piece of this.indexBytes) this.write(piece);
    const length = Buffer.alloc(INDEX_LENGTH_SIZE);
    writeUint64(length, this.index.length, 0);
    this.write(length);
    this.write(Buffer.alloc(LTX_TRAILER_SIZE - 8));
    const checksum = sealChecksum(this.crc);
    this.output.put(checksum);
    this.output.flush();
    return {
      header: this.header,
      size: this.output.total,
      pages: this.order.count,
      checksum: checksum.toString('hex'),
    };
  }

  private write(bytes: Buffer): void {
    this.crc.update(bytes);
    this.output.put(bytes);
  }
}

/** A file without pages (a claim, a release, a seal): 131 bytes. */
export function encodePageless(header: LtxHeader): { bytes: Uint8Array; checksum: string } {
  const chunks: Buffer[] = [];
  const { checksum } = new LtxEncoder(header, (chunk) => chunks.push(Buffer.from(chunk))).finish();
  return { bytes: Buffer.concat(chunks), checksum };
}
