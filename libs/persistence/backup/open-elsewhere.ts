import { spawn } from 'node:child_process';
import path from 'node:path';
import { PersistenceError } from '../../errors';

/** Of the process that asks: locks of a share may hang. */
const TIMEOUT_MS = 10_000;
const ANSWER_MAX = 1_000;

/**
 * Takes the lock that a database file gives to one connection alone, and answers. Where there is a log, SQLite does not get
 * to close: the process is killed, which gives the lock back and leaves everything as it is, while closing would fold the
 * log in. Where there is none, closing removes the empty one that looking has made.
 */
const SCRIPT = `
const fs = require('node:fs');
const [sqlite, file] = process.argv.slice(1);
const end = (answer) => {
  fs.writeSync(1, answer);
  process.kill(process.pid, 'SIGKILL');
};
try {
  const hadLog = fs.existsSync(file + '-wal');
  const database = new (require(sqlite))(file, { fileMustExist: true, timeout: 0 });
  database.pragma('locking_mode = EXCLUSIVE');
  database.exec('BEGIN EXCLUSIVE');
  database.prepare('SELECT count(*) FROM sqlite_schema').get();
  database.exec('ROLLBACK');
  if (!hadLog) database.close();
  end('free');
} catch ({ code, message }) {
  end(code ? code : 'failed: ' + message);
}`;

/**
 * Whether another process has this file open as a SQLite database: in WAL mode from its first look until it closes, else
 * while it reads or writes. Asked in a process of its own, because locks belong to processes. False for what is no database.
 * Changes nothing but that a transaction which a dead process left half done is rolled back, as by whoever opens the file.
 * BACKUP_PLACE_TAKEN where it cannot be told.
 */
export async function isOpenElsewhere(file: string): Promise<boolean> {
  const answer = await ask(file);
  if (answer === 'free') return false;
  if (/^SQLITE_(BUSY|LOCKED)/.test(answer)) return true;
  if (/^SQLITE_(NOTADB|CORRUPT)/.test(answer)) return false;
  throw new PersistenceError(
    'BACKUP_PLACE_TAKEN',
    `It cannot be told whether another program has ${path.basename(file)} open: ${answer}.`,
    {
      hint: 'Make sure that no program uses the file, then move it away with its -wal and -shm; the next backup tries again.',
    },
  );
}

function ask(file: string): Promise<string> {
  // What starts this process with more than Node is no business of the one that asks.
  const { NODE_OPTIONS: _, ...env } = process.env;
  return new Promise((resolve) => {
    const child = spawn(
      process.execPath,
      ['-e', SCRIPT, require.resolve('better-sqlite3'), path.resolve(file)],
      { env, stdio: ['ignore', 'pipe', 'ignore'], timeout: TIMEOUT_MS, killSignal: 'SIGKILL' },
    );
    let answer = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      answer = (answer + text).slice(0, ANSWER_MAX);
    });
    child.once('error', ({ message }) => resolve(message));
    child.once('close', () => resolve(answer || 'no answer'));
  });
}
