import { execFile } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import Database from 'better-sqlite3';
import { makePlaces } from '../replica/places';
import type { MemoryReport } from './memory.child';

const REGISTER = join(__dirname, '../setup/swc-register.cjs');
const run = promisify(execFile);

export interface Measured {
  readonly adoption: MemoryReport;
  readonly restore: MemoryReport;
}

/** Adopts a database of that many MB in one process, and restores it in another. */
export async function measure(megabytes: number): Promise<Measured> {
  const places = makePlaces();
  try {
    makeDatabase(places.database, megabytes);
    const adoption = await start(places.database, places.replica);
    places.wipeDisk();
    return { adoption, restore: await start(places.database, places.replica) };
  } finally {
    places.remove();
  }
}

async function start(database: string, replica: string): Promise<MemoryReport> {
  const script = join(__dirname, 'memory.child.ts');
  const { stdout } = await run(
    process.execPath,
    ['--require', REGISTER, script, database, replica],
    {
      // Jest's own options would load the compiler twice.
      env: { ...process.env, NODE_OPTIONS: `--require "${REGISTER}"` },
    },
  );
  return JSON.parse(stdout) as MemoryReport;
}

/** Content that does not compress, so that the replica is as large as the database. */
function makeDatabase(path: string, megabytes: number): void {
  mkdirSync(dirname(path), { recursive: true });
  const database = new Database(path);
  database.pragma('synchronous = OFF');
  database.pragma('journal_mode = OFF');
  database.exec('CREATE TABLE t (id INTEGER PRIMARY KEY, body BLOB)');
  const insert = database.prepare('INSERT INTO t (body) VALUES (randomblob(100000))');
  database.transaction(() => {
    for (let bytes = 0; bytes < megabytes * 1e6; bytes += 100_000) insert.run();
  })();
  database.close();
}
