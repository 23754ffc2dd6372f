const FIRST_CAPACITY = 1024;
const FLUSH_FROM = 256 * 1024;

/** Collects output: small for a small entry, handed on in chunks of about 256 KiB for a large file. */
export class OutputBuffer {
  /** Bytes taken so far, flushed ones included. */
  total = 0;
  private bytes = Buffer.allocUnsafe(FIRST_CAPACITY);
  private used = 0;

  constructor(private readonly sink: (chunk: Uint8Array) => void) {}

  /** Makes room for `length` bytes; the caller fills them before the next call. */
  reserve(length: number): { bytes: Buffer; at: number } {
    if (this.used + length > this.bytes.length) this.grow(this.used + length);
    const at = this.used;
    this.used += length;
    this.total += length;
    return { bytes: this.bytes, at };
  }

  put(source: Uint8Array): void {
    const { bytes, at } = this.reserve(source.length);
    bytes.set(source, at);
    this.flushIfLarge();
  }

  flushIfLarge(): void {
    if (this.used >= FLUSH_FROM) this.flush();
  }

  flush(): void {
    if (this.used === 0) return;
    this.sink(this.bytes.subarray(0, this.used));
    this.used = 0;
  }

  private grow(needed: number): void {
    const larger = Buffer.allocUnsafe(Math.max(needed, 2 * this.bytes.length));
    this.bytes.copy(larger, 0, 0, this.used);
    this.bytes = larger;
  }
}
