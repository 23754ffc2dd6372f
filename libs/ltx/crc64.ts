import { pageKernel, type RunningCrc } from './lz4/page-kernel';

/** From here on the copy into the kernel's memory pays. */
const KERNEL_FROM = 64;

/**
 * CRC-64/ISO as in Go's `hash/crc64` (polynomial x^64 + x^4 + x^3 + x + 1, reflected, inverted before and after): the
 * checksum of LTX files.
 */
export class Crc64 implements RunningCrc {
  low = -1;
  high = -1;

  update(bytes: Uint8Array, start = 0, end = bytes.length): this {
    if (end - start >= KERNEL_FROM) {
      pageKernel.foldBytes(this, bytes, start, end);
      return this;
    }
    let { low, high } = this;
    for (let at = start; at < end; at++) {
      const x = (low ^ bytes[at]!) & 0xff;
      low = (low >>> 8) | (high << 24);
      high = (high >>> 8) ^ (x << 24) ^ (x << 23) ^ (x << 21) ^ (x << 20);
    }
    this.low = low;
    this.high = high;
    return this;
  }

  /** The checksum of everything so far: 8 bytes, big-endian. */
  bytes(): Buffer {
    const sum = Buffer.allocUnsafe(8);
    sum.writeInt32BE(~this.high, 0);
    sum.writeInt32BE(~this.low, 4);
    return sum;
  }

  /** The same as 16 hex digits. */
  digest(): string {
    return this.bytes().toString('hex');
  }
}
