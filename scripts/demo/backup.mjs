import { spawnSync } from 'node:child_process';
import Database from 'better-sqlite3';
import { count, detail, duration, size } from './print.mjs';

const ANSWER_MAX_MS = 60_000;

/**
 * Asks the app for a backup, fetches the object from the store without the app, and opens it with SQLite.
 * @param {{ app: { address: string }, store: import('./stores/store.mjs').DemoStore, token: string, file: string }} options
 * @throws {Error} if the file is not what the app holds
 */
export async function showBackup({ app, store, token, file }) {
  const answer = await fetch(`${app.address}/api/db-backup`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}` },
    signal: AbortSignal.timeout(ANSWER_MAX_MS),
  });
  const backup = await answer.json();
  if (!answer.ok) throw new Error(`The backup was answered ${JSON.stringify(backup)}.`);
  detail(
    `${backup.key}: ${size(backup.bytes)} at TXID ${backup.txid}, in ${duration(backup.durationMs)}`,
  );
  await store.download(backup.key, file);
  detail(`fetched without the app (by hand: ${store.show(backup.key)})`);
  const users = countUsers(file);
  detail(`opened with SQLite: ${count(users, 'user')}, quick_check ok`);
  askCommand(file);
}

function countUsers(file) {
  const database = new Database(file, { readonly: true });
  try {
    const check = database.pragma('quick_check', { simple: true });
    if (check !== 'ok') throw new Error(`SQLite finds the backup damaged: ${String(check)}`);
    return database.prepare('SELECT count(*) FROM users').pluck().get();
  } finally {
    database.close();
  }
}

/** Where SQLite's own command is installed. */
function askCommand(file) {
  const question = 'SELECT count(*) FROM courses';
  const { error, status, stdout, stderr } = spawnSync('sqlite3', ['-readonly', file, question], {
    encoding: 'utf8',
  });
  if (error !== undefined) return;
  if (status !== 0) throw new Error(`sqlite3 could not read the backup: ${stderr}`);
  detail(`sqlite3 -readonly, "${question}": ${stdout.trim()}`);
}
