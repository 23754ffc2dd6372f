import {
  close,
  closeSync,
  fsync,
  fsyncSync,
  ftruncateSync,
  openSync,
  write,
  writeSync,
} from 'node:fs';
import { promisify } from 'node:util';

const RUN_BYTES = 1024 * 1024;
/** Full runs that may be on their way to the disk while the next is gathered. */
const RUNS_BEHIND = 3;

export interface PageWriterOptions {
  /** Full runs are written by the thread pool while pages go on coming; `settle` waits for them. */
  readonly writeBehind?: boolean;
}

/**
 * Writes pages to their places in a new file. Pages that follow each other are gathered and written at once; what is
 * gathered is in the file after `flush` and `settle`, and safe from a power loss after `sync`. Between two `settle` no page
 * may be put twice: runs behind are written in any order.
 */
export class PageWriter {
  private readonly file: number;
  private readonly writeBehind: boolean;
  private run: Buffer = Buffer.alloc(0);
  private used = 0;
  /** Where the run begins in the file, bytes. */
  private start = 0;
  private open = true;
  private readonly behind = new Set<Promise<void>>();
  private readonly spare: Buffer[] = [];
  private failure: unknown = null;

  /** Creates the file; throws `EEXIST` if it is there. */
  constructor(path: string, { writeBehind = false }: PageWriterOptions = {}) {
    this.file = openSync(path, 'wx+', 0o600);
    this.writeBehind = writeBehind;
  }

  put(pgno: number, page: Uint8Array): void {
    const at = (pgno - 1) * page.length;
    if (at !== this.start + this.used || this.used + page.length > RUN_BYTES) {
      if (this.writeBehind && this.used === RUN_BYTES && this.behind.size < RUNS_BEHIND)
        this.handOver();
      else this.flush();
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

  /** Resolves when nothing is on its way any more; rejects with what the disk refused. */
  async settle(): Promise<void> {
    await Promise.all(this.behind);
    if (this.failure !== null) throw this.failure as Error;
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

  /** The same by the thread pool, so that somebody can read the file meanwhile. Nothing may be put until it resolves. */
  syncBehind(): Promise<void> {
    this.flush();
    const sync = (): Promise<void> => promisify(fsync)(this.file);
    // At once where nothing is on its way: the caller may keep this thread busy from now on.
    return this.behind.size === 0 ? sync() : this.settle().then(sync);
  }

  /** With writes on their way, the file is closed behind the last of them. */
  close(): void {
    if (!this.open) return;
    this.open = false;
    if (this.behind.size === 0) return closeSync(this.file);
    void Promise.allSettled(this.behind).then(() => close(this.file));
  }

  private handOver(): void {
    const { run } = this;
    const written = this.writeAll(run, this.start)
      .catch((error: unknown) => {
        this.failure ??= error;
      })
      .finally(() => {
        this.behind.delete(written);
        this.spare.push(run);
      });
    this.behind.add(written);
    this.start += this.used;
    this.used = 0;
    this.run = this.spare.pop() ?? Buffer.allocUnsafeSlow(RUN_BYTES);
  }

  private async writeAll(run: Buffer, start: number): Promise<void> {
    for (let done = 0; done < run.length;) {
      const { bytesWritten } = await promisify(write)(
        this.file,
        run,
        done,
        run.length - done,
        start + done,
      );
      done += bytesWritten;
    }
  }

  /** A commit of one page shall not cost a megabyte. */
  private makeRoom(length: number): void {
    if (this.used + length <= this.run.length) return;
    const larger = Buffer.allocUnsafeSlow(
      Math.min(RUN_BYTES, Math.max(this.used + length, 4 * this.run.length)),
    );
    this.run.copy(larger, 0, 0, this.used);
    this.run = larger;
  }
}
