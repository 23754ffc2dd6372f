const EMPTY = Buffer.alloc(0);

/**
 * Cuts a stream of chunks into pieces of asked lengths, copying only what lies across two chunks. Holds at most one piece
 * and the current chunk.
 */
export class ByteWindow {
  /** Where the piece that `has` found lies; valid until the next call. */
  bytes: Buffer = EMPTY;
  at = 0;
  /** Bytes cut off so far. */
  consumed = 0;

  private chunk: Buffer = EMPTY;
  private chunkAt = 0;
  private carry: Buffer = EMPTY;
  private carried = 0;

  /** The next chunk; the one before must be used up, that is `has` must have said no. */
  push(chunk: Buffer): void {
    this.chunk = chunk;
    this.chunkAt = 0;
  }

  /**
   * Whether `length` more bytes are there; then they stand at `bytes[at]` and count as consumed. If not, what is there is
   * kept, the chunk is no longer needed, and the next call must ask for the same length.
   */
  has(length: number): boolean {
    const rest = this.chunk.length - this.chunkAt;
    if (this.carried === 0 && rest >= length) {
      this.bytes = this.chunk;
      this.at = this.chunkAt;
      this.chunkAt += length;
      this.consumed += length;
      return true;
    }
    const part = Math.min(rest, length - this.carried);
    this.keep(part, length);
    if (this.carried < length) return false;
    this.bytes = this.carry;
    this.at = 0;
    this.carried = 0;
    this.consumed += length;
    return true;
  }

  /** Whether nothing is left to cut. */
  get empty(): boolean {
    return this.carried === 0 && this.chunkAt === this.chunk.length;
  }

  /** Up to `most` of the bytes at hand, at least one, for what need not be in one piece; false if there is none. */
  some(most: number): number {
    const length = Math.min(most, this.chunk.length - this.chunkAt);
    return length > 0 && this.has(length) ? length : 0;
  }

  private keep(part: number, capacity: number): void {
    if (this.carry.length < capacity) {
      const larger = Buffer.allocUnsafe(capacity);
      this.carry.copy(larger, 0, 0, this.carried);
      this.carry = larger;
    }
    this.chunk.copy(this.carry, this.carried, this.chunkAt, this.chunkAt + part);
    this.carried += part;
    this.chunkAt += part;
    if (this.chunkAt === this.chunk.length) {
      this.chunk = EMPTY;
      this.chunkAt = 0;
    }
  }
}
