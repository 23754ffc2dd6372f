import { KERNEL_BASE64 } from './kernel';

/** The part of the WebAssembly API used here; Node has it, the compiler's `lib` does not. */
declare const WebAssembly: {
  Module: new (bytes: Uint8Array) => object;
  Instance: new (module: object) => { readonly exports: unknown };
};

interface KernelExports {
  readonly memory: { readonly buffer: ArrayBuffer };
  rawAt(): number;
  packedAt(): number;
  blockAt(): number;
  pageAt(): number;
  compress(length: number): number;
  decompress(length: number, room: number): number;
  fold(low: number, high: number, at: number, length: number): number;
  foldedHigh(): number;
}

/** A running CRC-64 in two halves (32 bits each, sign ignored). */
export interface RunningCrc {
  low: number;
  high: number;
}

const MAX_PAGE = 65_536;

/** Most bytes an LZ4 block of `length` bytes takes. */
export const lz4Bound = (length: number): number => length + Math.floor(length / 255) + 16;

/**
 * The WebAssembly kernel: one instance per thread, with one region each for the page to compress, its block, the block to
 * decompress and its page. Every call is synchronous and leaves its result in its region until the next call of the same
 * kind, so a decoded page may be handed to the encoder as it is.
 */
class PageKernel {
  private readonly wasm: KernelExports;
  private readonly memory: Buffer;
  private readonly raw: number;
  private readonly packed: number;
  private readonly block: number;
  private readonly page: number;
  private readonly views = new Map<number, Uint8Array>();

  constructor() {
    const module = new WebAssembly.Module(Buffer.from(KERNEL_BASE64, 'base64'));
    this.wasm = new WebAssembly.Instance(module).exports as KernelExports;
    this.memory = Buffer.from(this.wasm.memory.buffer);
    this.raw = this.wasm.rawAt();
    this.packed = this.wasm.packedAt();
    this.block = this.wasm.blockAt();
    this.page = this.wasm.pageAt();
  }

  /** Compresses a page of at most 65,536 bytes; gives the length of the block that `copyBlock` copies out. */
  compress(source: Uint8Array, offset: number, length: number): number {
    if (length > MAX_PAGE) throw new RangeError(`A page of ${length} bytes`);
    this.memory.set(source.subarray(offset, offset + length), this.raw);
    return this.wasm.compress(length);
  }

  copyBlock(length: number, target: Uint8Array, at: number): void {
    this.memory.copy(target, at, this.packed, this.packed + length);
  }

  /** Folds the page that was compressed last into a checksum. */
  foldCompressed(crc: RunningCrc, length: number): void {
    this.fold(crc, this.raw, length);
  }

  /**
   * Decompresses a block into a page of exactly `pageSize` bytes (at most 65,536), valid until the next call; null if the
   * block is not intact or gives another length.
   */
  decompress(
    source: Uint8Array,
    offset: number,
    length: number,
    pageSize: number,
  ): Uint8Array | null {
    if (length > lz4Bound(MAX_PAGE)) return null;
    this.memory.set(source.subarray(offset, offset + length), this.block);
    return this.wasm.decompress(length, pageSize) === pageSize ? this.pageView(pageSize) : null;
  }

  /** Takes a page that was stored uncompressed, so that it is handed out like any other. */
  storePage(source: Uint8Array, offset: number, pageSize: number): Uint8Array {
    if (pageSize > MAX_PAGE) throw new RangeError(`A page of ${pageSize} bytes`);
    this.memory.set(source.subarray(offset, offset + pageSize), this.page);
    return this.pageView(pageSize);
  }

  /** Folds the page that was decompressed last into a checksum. */
  foldPage(crc: RunningCrc, length: number): void {
    this.fold(crc, this.page, length);
  }

  /** Folds any bytes into a checksum. Overwrites the page to compress. */
  foldBytes(crc: RunningCrc, bytes: Uint8Array, start: number, end: number): void {
    for (let at = start; at < end; at += MAX_PAGE) {
      const piece = bytes.subarray(at, Math.min(end, at + MAX_PAGE));
      this.memory.set(piece, this.raw);
      this.fold(crc, this.raw, piece.length);
    }
  }

  private fold(crc: RunningCrc, at: number, length: number): void {
    crc.low = this.wasm.fold(crc.low, crc.high, at, length);
    crc.high = this.wasm.foldedHigh();
  }

  private pageView(pageSize: number): Uint8Array {
    let view = this.views.get(pageSize);
    if (!view) {
      view = new Uint8Array(this.wasm.memory.buffer, this.page, pageSize);
      this.views.set(pageSize, view);
    }
    return view;
  }
}

export const pageKernel = new PageKernel();
