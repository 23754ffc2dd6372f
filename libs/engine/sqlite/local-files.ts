import {
  closeSync,
  existsSync,
  fsyncSync,
  lstatSync,
  openSync,
  readdirSync,
  readlinkSync,
  renameSync,
  rmSync,
  statfsSync,
  statSync,
} from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { PersistenceError } from '../../errors';

/** Journals first: a database must never stand beside a journal that is not its own. */
const JOURNALS = ['-wal', '-shm', '-journal'] as const;
const SET_ASIDE_KEPT = 3;
const MAX_LINKS = 40;

/**
 * The file that a path leads to. SQLite follows a link and puts its journals beside the file it finds there, and so must
 * everything of ours. A name that SQLite would trim is `DATABASE_UNREADABLE`.
 */
export function followLink(path: string): string {
  if (path !== path.trim()) {
    throw new PersistenceError(
      'DATABASE_UNREADABLE',
      `The name "${path}" begins or ends with white space.`,
      {
        hint: 'Rename the file: better-sqlite3 would open another one.',
      },
    );
  }
  let file = path;
  for (let links = 0; lstatSync(file, { throwIfNoEntry: false })?.isSymbolicLink(); links++) {
    if (links === MAX_LINKS)
      throw new PersistenceError('DATABASE_UNREADABLE', `${path} is a link that never ends.`);
    file = resolve(dirname(file), readlinkSync(file));
  }
  return file;
}

/** Which file this is, and in which version: changes whenever anybody writes or replaces it. */
export interface FileIdentity {
  readonly ino: string;
  readonly size: string;
  readonly mtimeNs: string;
  readonly ctimeNs: string;
}

export function fileIdentity(path: string): FileIdentity | null {
  const stat = statSync(path, { bigint: true, throwIfNoEntry: false });
  if (!stat) return null;
  const { ino, size, mtimeNs, ctimeNs } = stat;
  return { ino: `${ino}`, size: `${size}`, mtimeNs: `${mtimeNs}`, ctimeNs: `${ctimeNs}` };
}

export function sameFile(a: FileIdentity | null, b: FileIdentity | null): boolean {
  return (
    a !== null &&
    b !== null &&
    a.ino === b.ino &&
    a.size === b.size &&
    a.mtimeNs === b.mtimeNs &&
    a.ctimeNs === b.ctimeNs
  );
}

/** A directory entry is durable only when its folder is; folders cannot be synced on Windows. */
export function syncFolder(folder: string): void {
  if (process.platform === 'win32') return;
  const fd = openSync(folder, 'r');
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

/** Refuses, before anything is written, what the folder has no room for. */
export function needRoom(path: string, bytes: number, what: string): void {
  const { bavail, bsize } = statfsSync(dirname(path));
  const free = bavail * bsize;
  if (free >= bytes) return;
  const mb = (n: number): string => `${Math.ceil(n / 1e6)} MB`;
  throw new PersistenceError(
    'DISK_FULL',
    `${what} needs ${mb(bytes)} beside ${path}, and ${mb(free)} are free.`,
  );
}

export function journalsOf(path: string): string[] {
  return JOURNALS.map((suffix) => path + suffix).filter((file) => existsSync(file));
}

/** Whether any of the four files that make a database is there. */
export function anyLocalFile(path: string): boolean {
  return existsSync(path) || journalsOf(path).length > 0;
}

/**
 * Moves a database and its journals out of the way, together, to `<file>.before-<time>`. Keeps the newest three.
 * Returns the new path of the database.
 */
export function setAside(path: string, now: Date): string {
  const target = freeName(`${path}.before-${now.toISOString().replaceAll(':', '-')}`);
  for (const suffix of JOURNALS)
    if (existsSync(path + suffix)) renameSync(path + suffix, target + suffix);
  if (existsSync(path)) renameSync(path, target);
  syncFolder(dirname(path));
  dropOldest(path);
  return target;
}

export function removeDatabase(path: string): void {
  for (const suffix of JOURNALS) rmSync(path + suffix, { force: true });
  rmSync(path, { force: true });
}

function freeName(wanted: string): string {
  let name = wanted;
  for (let n = 2; anyLocalFile(name); n++) name = `${wanted}-${n}`;
  return name;
}

function dropOldest(path: string): void {
  const prefix = `${basename(path)}.before-`;
  const sets = readdirSync(dirname(path))
    .filter((name) => name.startsWith(prefix))
    .map((name) =>
      JOURNALS.reduce(
        (base, suffix) => (base.endsWith(suffix) ? base.slice(0, -suffix.length) : base),
        name,
      ),
    );
  const oldest = [...new Set(sets)].toSorted().slice(0, -SET_ASIDE_KEPT);
  for (const name of oldest) removeDatabase(join(dirname(path), name));
}

/** Temporary files that a dead process may have left beside the database; the names carry their purpose. */
export const temporary = (
  path: string,
  purpose: 'restoring' | 'entry' | 'snapshot' | 'creating' | 'merging',
  id: string,
): string => `${path}.${purpose}-${id}.tmp`;

export function removeLeftovers(path: string): void {
  const name = new RegExp(
    `^${escapeRegExp(basename(path))}\\.(restoring|entry|snapshot|creating|merging)-[0-9a-z]+\\.tmp(-wal|-shm|-journal)?$`,
  );
  for (const file of readdirSync(dirname(path)))
    if (name.test(file)) rmSync(join(dirname(path), file), { force: true });
}

const escapeRegExp = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');
