import {
  closeSync,
  copyFileSync,
  existsSync,
  openSync,
  readFileSync,
  readSync,
  rmSync,
  statSync,
  truncateSync,
} from 'node:fs';
import Database from 'better-sqlite3';
import type { LtxHeader } from '../../../libs/ltx';
import { cutFor, FRAME_HEADER, versionsBehind, WAL_HEADER } from './wal-cut';

/** Whether the restored file is what the dead life's own files say, page by page. */
export type Verdict =
  | {
      readonly kind: 'equal';
      readonly pages: number;
      /** How often the log had been begun anew since its file was made. */
      readonly restarts: number;
      /** The last time after the head entry, so that nothing of the log belongs to it. */
      readonly behindHead: boolean;
    }
  | { readonly kind: 'different'; readonly reason: string }
  /** No comparison can be made of this death. */
  | { readonly kind: 'skipped'; readonly reason: string };

export interface OracleInput {
  /** Copy of the dead life's database; `-wal` beside it. Both are consumed. */
  readonly copy: string;
  /** The file that the replica restores to. */
  readonly restored: string;
  readonly head: LtxHeader;
  readonly fileIsOfThisLife: boolean;
  /** The sidecar of the dead life names the TXID behind the head as taken in by the main file. */
  readonly nextIsInMain: boolean;
}

/** Where a log's header counts how often it was begun. */
const CHECKPOINT_SEQUENCE = 12;
/** With fewer pages in the log up to the head, a checkpoint may not take in what is not stored yet; with more, it may under a barrier. */
const BARRIER_PAGES = 4_000;

/**
 * Cuts the copied log at the place that the head entry names, has SQLite put it into the copied main file, and compares
 * that with the restored file.
 */
export function judge(input: OracleInput): Verdict {
  const { copy, restored, head, fileIsOfThisLife } = input;
  if (!existsSync(copy)) return { kind: 'skipped', reason: 'killed before there was a database' };
  const walPath = `${copy}-wal`;
  const wal = existsSync(walPath) ? readFileSync(walPath) : Buffer.alloc(0);
  const cut = cutFor({ head, wal, fileIsOfThisLife });
  if (cut.kind === 'unknown') return { kind: 'skipped', reason: cut.reason };
  if (cut.kind === 'broken') return { kind: 'different', reason: cut.reason };
  if (cut.kind === 'part' && cut.bytes > WAL_HEADER) {
    truncateSync(walPath, cut.bytes);
    checkpoint(copy);
  } else {
    rmSync(walPath, { force: true });
  }
  const difference = compare(copy, restored, head);
  if (!difference) {
    const restarts = wal.length < WAL_HEADER ? 0 : wal.readUInt32BE(CHECKPOINT_SEQUENCE);
    const behindHead = restarts > 0 && cut.kind === 'none' && cut.restarted;
    return { kind: 'equal', pages: head.commit, restarts, behindHead };
  }
  const ahead =
    cut.kind === 'part'
      ? logPages(cut.bytes, head) >= BARRIER_PAGES &&
        explained(difference, versionsBehind(wal, cut.bytes, head.pageSize))
      : input.nextIsInMain;
  return ahead
    ? { kind: 'skipped', reason: 'killed between a barrier checkpoint and its entry' }
    : { kind: 'different', reason: describe(difference) };
}

interface Difference {
  readonly sizes: readonly [copy: number, restored: number, head: number];
  /** What the copy holds in the pages that differ. */
  readonly pages: ReadonlyMap<number, Buffer>;
}

const logPages = (bytes: number, { pageSize }: LtxHeader): number =>
  (bytes - WAL_HEADER) / (pageSize + FRAME_HEADER);

function checkpoint(path: string): void {
  const connection = new Database(path, { fileMustExist: true });
  try {
    connection.pragma('wal_checkpoint(TRUNCATE)');
  } finally {
    connection.close();
  }
}

function compare(copy: string, restored: string, head: LtxHeader): Difference | null {
  const { pageSize, commit } = head;
  const sizes = [statSync(copy).size, statSync(restored).size, pageSize * commit] as const;
  const pages = new Map<number, Buffer>();
  const fds = [openSync(copy, 'r'), openSync(restored, 'r')] as const;
  try {
    for (let page = 1; page <= commit; page++) {
      const [a, b] = [Buffer.alloc(pageSize), Buffer.alloc(pageSize)];
      readSync(fds[0], a, 0, pageSize, (page - 1) * pageSize);
      readSync(fds[1], b, 0, pageSize, (page - 1) * pageSize);
      if (!a.equals(b)) pages.set(page, a);
    }
  } finally {
    fds.forEach(closeSync);
  }
  const same = pages.size === 0 && sizes.every((size) => size === sizes[2]);
  return same ? null : { sizes, pages };
}

/** Every page that differs is one that the main file has from frames behind the cut, and the restored file is whole. */
function explained({ sizes, pages }: Difference, behind: Map<number, Buffer[]>): boolean {
  if (sizes[1] !== sizes[2]) return false;
  return [...pages].every(([page, bytes]) => behind.get(page)?.some((each) => each.equals(bytes)));
}

function describe({ sizes, pages }: Difference): string {
  const some = [...pages.keys()].slice(0, 10).join(', ');
  const [copy, restored, head] = sizes;
  const lengths = `${copy} bytes by the dead file, ${restored} restored, ${head} by the head`;
  return `${pages.size} pages differ (${some}); ${lengths}`;
}

/** Copies a database and its log, without opening either. */
export function copyPair(from: string, to: string): void {
  for (const suffix of ['', '-wal']) {
    if (existsSync(from + suffix)) copyFileSync(from + suffix, to + suffix);
  }
}
