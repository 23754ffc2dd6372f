import { isPersistenceError, PersistenceError } from '../../../errors';
import { LtxDecoder, type LtxHeader, type LtxSummary } from '../../../ltx';
import { databaseError } from '../sqlite-errors';
import { PageWriter, type PageWriterOptions } from './page-writer';
import { assertFollows, ownerBehind } from './succession';

/** A file of the log as its name tells. */
export interface ExpectedFile {
  readonly key: string;
  readonly minTxid: number;
  readonly maxTxid: number;
}

/** The database that was put together. */
export interface AppliedState {
  /** Bytes. */
  readonly pageSize: number;
  /** Pages. */
  readonly commit: number;
  readonly txid: number;
  /** File checksum of the last file, 16 hex digits. */
  readonly checksum: string;
  readonly header: LtxHeader;
}

/**
 * Puts a database together from files of the log, one after the other, each pushed in chunks. Nothing is believed: each
 * file must be intact, the one that was announced, and continue the one before. After an error only `abort` is of use.
 *
 * Errors: `LTX_INVALID` for a damaged file, `REPLICA_CORRUPT` and `REPLICA_GAP` for one that does not belong here, each with
 * its key; `DISK_FULL` and `DATABASE_*` for what the file system refuses.
 */
export class ApplyTarget {
  private readonly writer: PageWriter;
  private expected: ExpectedFile | null = null;
  private decoder: LtxDecoder | null = null;
  private last: LtxSummary | null = null;
  private owner: string | null = null;

  /** Creates the file at `path`, which must not exist. */
  constructor(
    private readonly path: string,
    options: PageWriterOptions = {},
  ) {
    this.writer = this.onDisk(() => new PageWriter(path, options));
  }

  beginFile(expected: ExpectedFile): void {
    if (this.expected) {
      throw new PersistenceError('INTERNAL', `${this.expected.key} was not ended.`);
    }
    this.expected = expected;
    const visitor = {
      header: (header: LtxHeader) => this.accept(expected, header),
      page: (pgno: number, page: Uint8Array) => this.writer.put(pgno, page),
    };
    const previousCommit = this.last?.header.commit;
    this.decoder = new LtxDecoder(visitor, previousCommit === undefined ? {} : { previousCommit });
  }

  /** The chunk may be reused after the call. */
  write(chunk: Uint8Array): void {
    const [expected, decoder] = this.current();
    this.onFile(expected, () => decoder.write(chunk));
  }

  /** The file was whole and is applied: the temporary database is now in the state of its last TXID. */
  endFile(): LtxSummary {
    const [expected, decoder] = this.current();
    const summary = this.onFile(expected, () => {
      const read = decoder.end();
      this.writer.resize(read.header.commit * read.header.pageSize);
      return read;
    });
    this.last = summary;
    this.expected = null;
    this.decoder = null;
    return summary;
  }

  /** With `writeBehind`: what was written is in the file. Wait for it between two files, and now and then between chunks. */
  settle(): Promise<void> {
    return this.onDiskBehind(() => this.writer.settle());
  }

  /** Safe from a power loss, while others may read the file. More files may follow. */
  syncBehind(): Promise<void> {
    return this.onDiskBehind(() => this.writer.syncBehind());
  }

  /** Makes the file safe from a power loss and closes it. */
  finish(): AppliedState {
    if (this.expected || !this.last) {
      throw new PersistenceError('INTERNAL', 'A restore ends behind a whole file.');
    }
    this.onDisk(() => {
      this.writer.sync();
      this.writer.close();
    });
    const { header, checksum } = this.last;
    const { pageSize, commit, maxTxid: txid } = header;
    return { pageSize, commit, txid, checksum, header };
  }

  /** Closes the file, which the caller removes. */
  abort(): void {
    this.writer.close();
  }

  private accept(expected: ExpectedFile, header: LtxHeader): void {
    const { key } = expected;
    if (header.minTxid !== expected.minTxid || header.maxTxid !== expected.maxTxid) {
      const held = `TXIDs ${header.minTxid} to ${header.maxTxid}`;
      throw new PersistenceError('REPLICA_CORRUPT', `${key} holds ${held}.`, { key });
    }
    assertFollows(key, header, this.last);
    this.owner = ownerBehind(key, header, this.owner);
  }

  private current(): [ExpectedFile, LtxDecoder] {
    if (!this.expected || !this.decoder) {
      throw new PersistenceError('INTERNAL', 'No file was begun.');
    }
    return [this.expected, this.decoder];
  }

  /** Adds the key to what the decoder says. */
  private onFile<T>({ key }: ExpectedFile, action: () => T): T {
    return this.onDisk(() => {
      try {
        return action();
      } catch (error) {
        if (!isPersistenceError(error, 'LTX_INVALID')) throw error;
        throw new PersistenceError('LTX_INVALID', `${key}: ${error.message}`, {
          key,
          cause: error,
        });
      }
    });
  }

  private onDisk<T>(action: () => T): T {
    try {
      return action();
    } catch (error) {
      throw this.coded(error);
    }
  }

  private async onDiskBehind(action: () => Promise<void>): Promise<void> {
    try {
      await action();
    } catch (error) {
      throw this.coded(error);
    }
  }

  private coded(error: unknown): PersistenceError {
    const coded = databaseError(error, this.path);
    if (isPersistenceError(coded)) return coded;
    const what = (error as Error).message;
    return new PersistenceError('DATABASE_UNREADABLE', `${this.path}: ${what}.`, { cause: error });
  }
}
