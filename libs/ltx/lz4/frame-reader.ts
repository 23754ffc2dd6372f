import type { ByteWindow } from '../byte-window';
import { invalid } from '../invalid';
import { lz4Bound, pageKernel } from './page-kernel';
import { xxh32 } from './xxh32';

const MAGIC = 0x184d2204;
/** Magic, FLG, BD, header checksum: no content size and no dictionary. */
const HEAD_SIZE = 7;
/** FLG: version 1, independent blocks, no block checksums; with or without a content checksum. */
const FLG_PLAIN = 0x60;
const FLG_CONTENT_CHECKSUM = 0x04;
const UNCOMPRESSED = 0x8000_0000;

/**
 * Reads a page that is an LZ4 frame of one block, as Litestream up to 0.5.15 stored it. Every checksum inside is verified.
 * Source: github.com/lz4/lz4, doc/lz4_Frame_format.md.
 */
export class FrameReader {
  private step: 'head' | 'length' | 'block' | 'tail' = 'head';
  private checksummed = false;
  private length = 0;
  private stored = false;
  private page: Uint8Array | null = null;

  constructor(
    private readonly window: ByteWindow,
    private readonly pageSize: number,
  ) {}

  /** The page, valid until the next one; null when more bytes are needed. */
  read(): Uint8Array | null {
    if (this.step === 'head') {
      if (!this.window.has(HEAD_SIZE)) return null;
      this.readHead();
      this.step = 'length';
    }
    if (this.step === 'length') {
      if (!this.window.has(4)) return null;
      this.readLength();
      this.step = 'block';
    }
    if (this.step === 'block') {
      if (!this.window.has(this.length)) return null;
      this.page = this.readBlock();
      this.step = 'tail';
    }
    if (!this.window.has(this.checksummed ? 8 : 4)) return null;
    this.step = 'head';
    return this.readTail();
  }

  private readHead(): void {
    const { bytes, at } = this.window;
    if (bytes.readUInt32LE(at) !== MAGIC) throw invalid('a page does not begin as an LZ4 frame');
    const flags = bytes[at + 4]!;
    if ((flags & ~FLG_CONTENT_CHECKSUM) !== FLG_PLAIN) {
      throw invalid(`LZ4 frame flags ${flags} are not supported`);
    }
    if (bytes[at + 6] !== ((xxh32(bytes.subarray(at + 4, at + 6)) >>> 8) & 0xff)) {
      throw invalid('the header of an LZ4 frame is damaged');
    }
    this.checksummed = (flags & FLG_CONTENT_CHECKSUM) !== 0;
  }

  private readLength(): void {
    const word = this.window.bytes.readUInt32LE(this.window.at);
    this.stored = word >= UNCOMPRESSED;
    this.length = this.stored ? word - UNCOMPRESSED : word;
    const fits = this.stored
      ? this.length === this.pageSize
      : this.length <= lz4Bound(this.pageSize);
    if (!fits || this.length === 0) throw invalid(`an LZ4 block of ${this.length} bytes`);
  }

  private readBlock(): Uint8Array {
    const { bytes, at } = this.window;
    if (this.stored) return pageKernel.storePage(bytes, at, this.pageSize);
    const page = pageKernel.decompress(bytes, at, this.length, this.pageSize);
    if (!page) throw invalid('an LZ4 block does not give a page');
    return page;
  }

  private readTail(): Uint8Array {
    const { bytes, at } = this.window;
    const page = this.page!;
    if (bytes.readUInt32LE(at) !== 0) throw invalid('an LZ4 frame has more than one block');
    if (this.checksummed && bytes.readUInt32LE(at + 4) !== xxh32(page)) {
      throw invalid('the content of an LZ4 frame is damaged');
    }
    return page;
  }
}
