import { randomBytes } from 'node:crypto';
import { realpathSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import Database from 'better-sqlite3';
import { createSqliteEngine } from '../access';
import { type Check, checked, fail, ok, warn } from './check';

/** The versions that the package names in its manifest. */
const MIN_NODE: Readonly<Record<number, number>> = { 20: 19, 22: 13, 24: 11 };

export function checkNode(version = process.versions.node): Check {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const least = MIN_NODE[major];
  const message = `Node ${version} on ${process.platform} ${process.arch}`;
  if (least === undefined ? major > 24 : minor >= least) return ok('node', message);
  return fail('node', message, 'Use Node 20.19, 22.13, 24.11 or later.');
}

/** SQLite as the worker of the app would find it, in a file that is removed again. */
export function checkSqlite(): Promise<Check> {
  const file = path.join(os.tmpdir(), `doctor-${randomBytes(6).toString('hex')}.db`);
  return checked('sqlite', async () => {
    const engine = createSqliteEngine({ path: file });
    try {
      await engine.inspect();
    } finally {
      await engine.close({ released: null });
      for (const suffix of ['', '.lock', '.lock-journal']) rmSync(file + suffix, { force: true });
    }
    const memory = new Database(':memory:');
    const version = memory.prepare('SELECT sqlite_version()').pluck().get() as string;
    memory.close();
    return ok('sqlite', `SQLite ${version}`);
  });
}

/** Two copies in one process ignore each other's locks. */
export function checkSqliteCopies(folder: string): Check {
  const copies = new Set<string>();
  const from = [
    folder,
    packageFolder(folder, 'typeorm'),
    packageFolder(folder, 'nestjs-persistence'),
    __dirname,
  ];
  for (const start of from) {
    const copy = start && packageFolder(start, 'better-sqlite3');
    if (copy) copies.add(copy);
  }
  if (copies.size === 1) return ok('better-sqlite3', 'one copy is installed');
  if (copies.size === 0)
    return fail('better-sqlite3', 'it is not installed', 'npm install better-sqlite3');
  return warn(
    'better-sqlite3',
    `${copies.size} copies are installed: ${[...copies].join(', ')}`,
    'If the app loads two of them, it does not start (SQLITE_LOADED_TWICE): npm dedupe.',
  );
}

function packageFolder(start: string, name: string): string | null {
  try {
    const manifest = createRequire(path.join(start, 'x.js')).resolve(`${name}/package.json`);
    return realpathSync(path.dirname(manifest));
  } catch {
    // Not installed there.
    return null;
  }
}
