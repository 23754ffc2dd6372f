import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import Database from 'better-sqlite3';
import { AppProcess } from '../app-process.mjs';
import { count, detail } from '../print.mjs';
import { RawRequest } from './raw-request.mjs';

const ANSWER_MAX_MS = 10_000;

/** The first has committed before any other is sent, so there is something to be stored whenever one of them answers. */
const KINDS = [
  { title: "a handler's object", method: 'POST', path: '/items/object', status: 201 },
  { title: '@Res()', method: 'POST', path: '/items/res', status: 201 },
  { title: 'a stream, five chunks', method: 'POST', path: '/items/stream', status: 201 },
  { title: 'an exception filter', method: 'POST', path: '/items/filter', status: 418 },
  { title: 'a 409, of a row not stored yet', method: 'POST', path: '/items/conflict', status: 409 },
  { title: 'a GET, of a row not stored yet', method: 'GET', path: '/items', status: 200 },
];
const PROBE = { title: 'to compare: @Durable(false)', method: 'GET', path: '/store', status: 200 };

const APPS = [
  { title: 'Express', framework: 'express', transaction: 'no' },
  { title: 'Fastify', framework: 'fastify', transaction: 'no' },
  { title: 'Express, tx', framework: 'express', transaction: 'yes' },
  { title: 'Fastify, tx', framework: 'fastify', transaction: 'yes' },
];

const running = new Set();

/** Ends what the chapter has started; for a demo that is interrupted in the middle of it. */
export async function endHeldApps() {
  await Promise.all([...running].map((app) => app.stop()));
}

/**
 * Runs four small apps whose store can be held, holds it while requests of each kind are under way, and counts what leaves.
 * @param {{ root: string, folder: string, seconds: number, durability: string | undefined }} options
 * @throws {Error} if a byte left, or an answer did not come once the store was released
 */
export async function holdTheStore({ root, folder, seconds, durability }) {
  await rm(folder, { recursive: true, force: true });
  detail(
    durability === 'confirmed'
      ? "durability: 'confirmed': every answer of the app waits"
      : '@Durable() on a controller: every answer of it waits',
  );
  detail('on Express and Fastify, the second time ("tx") with a transaction around every request');
  detail(`writes to their stores wait for ${seconds} s`);
  try {
    const columns = await Promise.all(
      APPS.map((app, at) =>
        measure({ ...app, root, folder: join(folder, `${at}`), seconds, durability }),
      ),
    );
    printTable(columns);
    const wrong = columns.flatMap(faultsOf);
    if (wrong.length > 0) throw new Error(wrong.join('\n'));
    const rows = columns.map(({ committed }) => committed);
    detail(
      `committed in the local files meanwhile: ${rows.join(', ')} rows; none of them stored, none of them told to anybody`,
    );
  } finally {
    await endHeldApps();
  }
}

async function measure({ title, framework, transaction, root, folder, seconds, durability }) {
  await mkdir(folder, { recursive: true });
  const file = join(folder, 'app.db');
  const app = await AppProcess.start({
    main: join(root, 'dist', 'scripts', 'demo', 'hold', 'main.js'),
    cwd: folder,
    env: {
      DATABASE_PATH: file,
      HOLD_FRAMEWORK: framework,
      HOLD_TRANSACTION: transaction,
      ...(durability && { PERSISTENCE_DURABILITY: durability }),
    },
  });
  running.add(app);
  const { address } = app;
  await ask(address, 'POST', '/store/hold');
  const [first, ...others] = KINDS;
  const answers = [send(address, first)];
  await writeWaits(address);
  answers.push(...others.map((kind) => send(address, kind)), send(address, PROBE));
  await sleep(seconds * 1_000);
  // Counted before the release is even sent.
  const bytes = answers.map((answer) => answer.bytes);
  const committed = countRows(file);
  await ask(address, 'POST', '/store/release');
  await Promise.all(answers.map(({ ended }) => ended));
  await app.stop();
  running.delete(app);
  return { title, committed, bytes, statuses: answers.map(({ status }) => status) };
}

const send = (address, { method, path }) => new RawRequest(address, method, path);

async function ask(address, method, path) {
  const answer = await fetch(address + path, {
    method,
    signal: AbortSignal.timeout(ANSWER_MAX_MS),
  });
  if (!answer.ok) throw new Error(`${method} ${path} was answered ${answer.status}.`);
  return answer.json();
}

/** Resolves when the first commit has come as far as the store. */
async function writeWaits(address) {
  const end = performance.now() + ANSWER_MAX_MS;
  while (performance.now() < end) {
    const { waiting } = await ask(address, 'GET', '/store');
    if (waiting > 0) return;
    await sleep(5);
  }
  throw new Error('Nothing was written to the store.');
}

function countRows(file) {
  const database = new Database(file, { readonly: true });
  try {
    return database.prepare('SELECT count(*) FROM items').pluck().get();
  } finally {
    database.close();
  }
}

function printTable(columns) {
  const rows = [...KINDS, PROBE];
  const width = Math.max(...rows.map(({ title }) => title.length)) + 2;
  const cell = (text) => text.padStart(14);
  detail('');
  detail('bytes that left before the store was released (and the status, once it was)');
  detail(''.padEnd(width) + columns.map(({ title }) => cell(title)).join(''));
  rows.forEach(({ title }, at) => {
    const cells = columns.map(({ bytes, statuses }) =>
      cell(`${bytes[at]} (${statuses[at] ?? '-'})`),
    );
    detail(title.padEnd(width) + cells.join(''));
  });
  detail('');
}

/** Sentences; none if all is as it must be. */
function faultsOf({ title, bytes, statuses, committed }) {
  const faults = [];
  KINDS.forEach((kind, at) => {
    if (bytes[at] > 0) {
      faults.push(
        `${title}: ${count(bytes[at], 'byte')} of ${kind.title} left before the store was released.`,
      );
    }
  });
  [...KINDS, PROBE].forEach((kind, at) => {
    if (statuses[at] !== kind.status) {
      faults.push(`${title}: ${kind.title} was answered ${statuses[at]}, not ${kind.status}.`);
    }
  });
  if (bytes[KINDS.length] === 0) faults.push(`${title}: not even ${PROBE.path} was answered.`);
  if (committed === 0)
    faults.push(`${title}: nothing was committed, so there was nothing to hold.`);
  return faults;
}
