import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import Database from 'better-sqlite3';

export const FOREIGN_NAME = 'foreign';

/** Writes a user as another program would, and closes the file: SQLite puts the whole log into the main file. */
export function writeAndClose(database: string, email: string): void {
  const connection = new Database(database, { fileMustExist: true });
  connection.prepare('INSERT INTO users (name, email) VALUES (?, ?)').run(FOREIGN_NAME, email);
  connection.close();
}

/** Writes a user from another process, which is then killed: the commit stays in the log. */
export async function writeAndDie(database: string, email: string): Promise<void> {
  const script = join(__dirname, 'foreign-writer.cjs');
  const child = spawn(process.execPath, [script, database, email], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { PATH: process.env['PATH'] },
  });
  const exited = once(child, 'exit');
  await Promise.race([once(child.stdout, 'data'), exited]);
  if (child.exitCode !== null) throw new Error('The foreign writer ended before it had written.');
  child.kill('SIGKILL');
  await exited;
}
