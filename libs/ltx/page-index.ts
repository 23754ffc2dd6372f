/** Most bytes of one element: three variable-length numbers of 5, 8 and 4 bytes, rounded up. */
const ELEMENT_BOUND = 32;
const SCRATCH_SIZE = 2048;

/**
 * The index behind the pages: page number, offset and size of each page's frame as unsigned LEB128 numbers, ended by a zero.
 * Bytes are handed to `sink` as they come (valid only during the call): the encoder keeps them, the decoder only needs
 * their checksum.
 */
export class PageIndex {
  /** Bytes so far. */
  length = 0;
  private readonly scratch = Buffer.allocUnsafe(SCRATCH_SIZE);
  private used = 0;

  constructor(private readonly sink: (bytes: Uint8Array) => void) {}

  add(pgno: number, offset: number, size: number): void {
    if (this.used > SCRATCH_SIZE - ELEMENT_BOUND) this.flush();
    this.put(pgno);
    this.put(offset);
    this.put(size);
  }

  end(): void {
    this.put(0);
    this.flush();
  }

  private put(value: number): void {
    let rest = value;
    while (rest >= 0x80) {
      this.scratch[this.used++] = (rest % 0x80) | 0x80;
      rest = Math.floor(rest / 0x80);
    }
    this.scratch[this.used++] = rest;
  }

  private flush(): void {
    this.length += this.used;
    this.sink(this.scratch.subarray(0, this.used));
    this.used = 0;
  }
}
