import { closeSync, openSync, readSync, rmSync } from 'node:fs';
import { PersistenceError } from '../../errors';
import { lockPage } from '../../ltx';
import type { EntryStamp } from '../database-engine';
import { beginRead, endTransaction, tryBeginWrite, type Connection } from './connection';
import { EntryWriter, type WrittenEntry } from './entry-writer';
import { temporary } from './local-files';
import { walStart, type WalCursor } from './wal-format';
import type { WalReader, WalScan } from './wal-reader';

const READ_BYTES = 1024 * 1024;
const BACKUP_PAGES_PER_STEP = 4_096;
const PIN_ATTEMPTS = 400;
const PIN_STEP_MS = 5;

export interface SnapshotSource {
  readonly wal: WalReader;
  /** Begins its read transaction here and stays in it. */
  readonly reader: Connection;
  /** Shuts writers out for the moment in which the reader begins. */
  readonly writer: Connection;
  readonly pageSize: number;
}

/**
 * Every page of the database as of one moment. The live file is never opened by node:fs (closing it would drop the locks
 * of the whole process), so its pages are read through SQLite's backup of a held reader. Backup rewrites counters in
 * page 1, so that page is first written through the log and taken from there.
 */
export async function snapshotEntry(
  path: string,
  stamp: EntryStamp,
  source: SnapshotSource,
): Promise<{ entry: WrittenEntry; cursor: WalCursor }> {
  const { wal, reader, pageSize } = source;
  const scan = await pin(path, source);
  const firstPage = Buffer.from(wal.page(scan.pages.get(1)!, pageSize));
  const copy = temporary(path, 'snapshot', stamp.txid.toString(16));
  try {
    const progress = await reader.backup(copy, { progress: () => BACKUP_PAGES_PER_STEP });
    if (progress.totalPages !== scan.commit || progress.remainingPages !== 0) {
      throw new PersistenceError(
        'INTERNAL',
        `SQLite copied ${progress.totalPages} of ${scan.commit} pages.`,
      );
    }
    return {
      entry: encode(path, stamp, { copy, firstPage, pageSize, commit: scan.commit }),
      cursor: scan.end,
    };
  } catch (error) {
    endTransaction(reader);
    throw error;
  } finally {
    rmSync(copy, { force: true });
    rmSync(`${copy}-journal`, { force: true });
  }
}

/** Begins the reader at a moment of which the log's end is known exactly, with page 1 in the log. */
async function pin(path: string, { wal, reader, writer }: SnapshotSource): Promise<WalScan> {
  for (let attempt = 0; attempt < PIN_ATTEMPTS; attempt++) {
    const scan = rewriteFirstPage(writer) && tryBeginWrite(writer) ? scanAll(wal) : null;
    try {
      if (scan?.pages.has(1)) {
        beginRead(reader);
        return scan;
      }
    } finally {
      endTransaction(writer);
    }
    await new Promise((resolve) => setTimeout(resolve, PIN_STEP_MS));
  }
  throw new PersistenceError(
    'TRANSACTION_OPEN',
    `A snapshot of ${path} could not begin: it was locked all the while.`,
  );
}

/** A commit that changes nothing: SQLite writes page 1 whenever a header field is set, to whatever value. */
function rewriteFirstPage(writer: Connection): boolean {
  if (!tryBeginWrite(writer)) return false;
  const version = writer.pragma('user_version', { simple: true }) as number;
  writer.pragma(`user_version = ${version}`);
  writer.exec('COMMIT');
  return true;
}

function scanAll(wal: WalReader): WalScan | null {
  const header = wal.header();
  return header && wal.scan(header, walStart(header));
}

interface Copy {
  readonly copy: string;
  readonly firstPage: Buffer;
  readonly pageSize: number;
  readonly commit: number;
}

function encode(
  path: string,
  stamp: EntryStamp,
  { copy, firstPage, pageSize, commit }: Copy,
): WrittenEntry {
  const writer = new EntryWriter(path, stamp, { pageSize, commit, commits: 0, span: null });
  const chunk = Buffer.alloc(Math.max(READ_BYTES, pageSize));
  const lock = lockPage(pageSize);
  const fd = openSync(copy, 'r');
  try {
    for (let page = 1; page <= commit;) {
      const bytes = readSync(fd, chunk, 0, chunk.length, (page - 1) * pageSize);
      if (bytes < pageSize)
        throw new PersistenceError(
          'INTERNAL',
          `The copy of the database ends before page ${page}.`,
        );
      for (let at = 0; at + pageSize <= bytes && page <= commit; at += pageSize, page++) {
        if (page === lock) continue;
        if (page === 1) writer.page(page, firstPage);
        else writer.page(page, chunk, at);
      }
    }
    return writer.finish();
  } catch (error) {
    writer.abort();
    throw error;
  } finally {
    closeSync(fd);
  }
}
