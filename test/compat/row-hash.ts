import { createHash } from 'node:crypto';
import Database from 'better-sqlite3';

const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;
const text = (cell: unknown): string =>
  Buffer.isBuffer(cell) ? `x${cell.toString('hex')}` : `${typeof cell}${String(cell)}`;

/** SHA-256 of what a database holds, whatever its pages look like: page size, schema, every row of every table. */
export function rowHash(database: Database.Database): string {
  const hash = createHash('sha256');
  hash.update(`${String(database.pragma('page_size', { simple: true }))}\n`);
  const schema = database
    .prepare('SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY type, name')
    .all() as { type: string; name: string }[];
  for (const entry of schema) {
    hash.update(`${JSON.stringify(entry)}\n`);
    if (entry.type !== 'table') continue;
    const rows = database
      .prepare(`SELECT * FROM ${quoted(entry.name)}`)
      .raw(true)
      .safeIntegers(true);
    for (const row of rows.iterate() as IterableIterator<unknown[]>)
      hash.update(`${row.map(text).join('|')}\n`);
  }
  return hash.digest('hex');
}

/** The same of a file that nobody else has open, after SQLite found it whole. */
export function rowHashOfFile(path: string): string {
  const database = new Database(path, { fileMustExist: true });
  try {
    const check = database.pragma('integrity_check', { simple: true });
    if (check !== 'ok') throw new Error(`${path}: ${String(check)}`);
    return rowHash(database);
  } finally {
    database.close();
  }
}
