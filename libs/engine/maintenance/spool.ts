import { closeSync, openSync, rmSync, writeSync } from 'node:fs';

/** Up to here the output of a merge is held in memory. */
const IN_MEMORY_BYTES = 1024 * 1024;

/** Takes output of any size: a little in memory, more in the file at `path`, which is made only then. */
export class Spool {
  private chunks: Buffer[] = [];
  private held = 0;
  private fd: number | null = null;

  constructor(private readonly path: string) {}

  write(chunk: Uint8Array): void {
    this.chunks.push(Buffer.from(chunk));
    this.held += chunk.length;
    if (this.held > IN_MEMORY_BYTES || this.fd !== null) this.writeOut();
  }

  /** The bytes, in a buffer of their own; null where they are in the file. */
  finish(): Uint8Array<ArrayBuffer> | null {
    if (this.fd !== null) {
      this.release();
      return null;
    }
    const bytes = new Uint8Array(new ArrayBuffer(this.held));
    let at = 0;
    for (const chunk of this.chunks) {
      bytes.set(chunk, at);
      at += chunk.length;
    }
    return bytes;
  }

  /** After an error: leaves nothing behind. */
  abort(): void {
    if (this.fd === null) return;
    this.release();
    rmSync(this.path, { force: true });
  }

  private writeOut(): void {
    this.fd ??= openSync(this.path, 'w');
    for (const chunk of this.chunks) {
      for (let done = 0; done < chunk.length;) done += writeSync(this.fd, chunk, done);
    }
    this.chunks = [];
    this.held = 0;
  }

  private release(): void {
    if (this.fd !== null) closeSync(this.fd);
    this.fd = null;
  }
}
