import { closeSync, fsyncSync, ftruncateSync, openSync, writeSync } from 'node:fs';

const RUN_BYTES = 1024 * 1024;

/**
 * Writes pages to their places in a new file. Pages that follow each other are gathered and written at once; what is
 * gathered is in the file after `flush`, and safe from a power loss after `sync`.
 */
export class PageWriter {
  private readonly file: number;
  private run: Buffer = Buffer.alloc(0);
  private used = 0;
  /** Where the run begins in the file, bytes. */
  private start = 0;
  private open = true;

  /** Creates the file; throws `EEXIST` if it is there. */
  constructor(path: string) {
    this.file = openSync(path, 'wx+', 0o600);
  }

  put(pgno: number, page: Uint8Array): void {
    const at = (pgno - 1) * page.length;
    if (at !== this.start + this.used || this.used + page.length > RUN_BYTES) {
      this.flush();
      this.start = at;
    }
    this.makeRoom(page.length);
    this.run.set(page, this.used);
    this.used += page.length;
  }

  flush(): void {
    for (let done = 0; done < this.used;) {
      done += writeSync(this.file, this.run, done, this.used - done, this.start + done);
    }
    this.start += this.used;
    this.used = 0;
  }

  /** Cuts or extends (with zeros) the file. */
  resize(bytes: number): void {
    this.flush();
    ftruncateSync(this.file, bytes);
  }

  sync(): void {
    this.flush();
    fsyncSync(this.file);
  }

  close(): void {
    if (!this.open) return;
    this.open = false;
    closeSync(this.file);
  }

  /** A commit of one page shall not cost a megabyte. */
  private makeRoom(length: number): void {
    if (this.used + length <= this.run.length) return;
    const larger = Buffer.allocUnsafe(
      Math.max(this.used + length, Math.min(RUN_BYTES, 4 * this.run.length)),
    );
    this.run.copy(larger, 0, 0, this.used);
    this.run = larger;
  }
}
