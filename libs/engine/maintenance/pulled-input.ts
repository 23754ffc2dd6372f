import { freeBuffer } from '../sqlite/free-buffer';

/** One input of the work under way, seen from the worker: asks for a chunk, and frees the one before. */
export class PulledInput implements AsyncIterable<Uint8Array> {
  private waiting: ((chunk: Uint8Array | null) => void) | null = null;
  private reject: ((error: Error) => void) | null = null;
  private current: Uint8Array | null = null;

  constructor(private readonly pull: () => void) {}

  /** `null`: the input is at its end. */
  give(chunk: Uint8Array | null): void {
    this.waiting?.(chunk);
  }

  fail(): void {
    this.reject?.(new Error('an input failed'));
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array> {
    try {
      for (let chunk = await this.next(); chunk !== null; chunk = await this.next()) yield chunk;
    } finally {
      this.free();
    }
  }

  /** Whoever asks for the next chunk has used up this one, and copied what it still needs of it. */
  private next(): Promise<Uint8Array | null> {
    this.free();
    return new Promise((resolve, reject) => {
      this.waiting = (chunk) => {
        this.current = chunk;
        resolve(chunk);
      };
      this.reject = reject;
      this.pull();
    });
  }

  private free(): void {
    if (this.current) freeBuffer(this.current.buffer);
    this.current = null;
  }
}
