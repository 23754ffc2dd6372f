// npm run demo: the promise of nestjs-persistence, proved on a real app in a minute. See --help.
import { randomBytes } from 'node:crypto';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { AppProcess } from './demo/app-process.mjs';
import { Client } from './demo/client.mjs';
import { readContents } from './demo/contents.mjs';
import { measure } from './demo/folder.mjs';
import { endHeldApps, holdTheStore } from './demo/hold/hold.mjs';
import { learn, signUpUntilItDies } from './demo/learners.mjs';
import { HELP, readOptions } from './demo/options.mjs';
import { build, isTaken, missing, stillRunning } from './demo/prerequisites.mjs';
import { count, detail, duration, size, step } from './demo/print.mjs';
import { showBackup } from './demo/backup.mjs';
import { openStore } from './demo/stores/store.mjs';

const ROOT = resolve(import.meta.dirname, '..');
const MAIN = join(ROOT, 'dist', 'apps', 'courses', 'main.js');
const DEMO = join(ROOT, '.demo');
/** What a redeploy deletes. */
const DISK = join(DEMO, 'disk');
/** What it keeps. */
const NETWORK = join(DEMO, 'network');

/** Databases of the apps whose store is held. */
const HELD = join(DEMO, 'hold');
/** Where the plain backup is fetched to. */
const FETCHED = join(DEMO, 'backup.db');
/** Lets the demo, and whoever reads its last lines, use the endpoints of PersistenceAdminModule. */
const ADMIN_TOKEN = randomBytes(12).toString('hex');

const PID_FILE = join(DEMO, 'app.pid');
/** Which store the disk's database belongs to. */
const STORE_FILE = join(DEMO, 'store');

const DEFAULT_PORT = 3_000;
const CATALOGUE_MAX_MS = 600_000;
const LAST_SECOND_WRITES = 200;

let app;
/** @type {import('./demo/stores/store.mjs').DemoStore} */
let store;
let interrupted = false;

async function main() {
  const options = readOptions(process.argv.slice(2));
  if (options.help) {
    console.log(HELP);
    return;
  }
  const reason = missing(ROOT);
  if (reason !== undefined) throw new Error(reason);
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => void interrupt());

  const begin = performance.now();
  await prepareFolders(options);
  store = await openStore(options.store, { root: ROOT, network: NETWORK });
  step('Build the app');
  const built = await timed(() => build(ROOT));
  detail(`built in ${duration(built.ms)}`);

  const port = options.port ?? ((await isTaken(DEFAULT_PORT)) ? 0 : DEFAULT_PORT);
  await firstStart(options, port);
  await loadCatalogue();
  if (options.holdSeconds !== undefined) await holdStore(options);
  const run = Date.now().toString(36);
  await useIt(run);
  const before = await killInTheMiddle(run);
  await loseDisk();
  await startAgain(options, before);
  step('Ask for a plain backup, and open it as anyone would');
  await showBackup({ app, store, token: ADMIN_TOKEN, file: FETCHED });

  console.log(
    `\nEverything that was acknowledged is back. (${duration(performance.now() - begin)} in all)`,
  );
  if (options.serve) await serve();
  else await app.stop();
  await store.close();
}

async function prepareFolders({ reset, store: kind }) {
  console.log('A real database without a database server, on a disk that gets lost.');
  const other = await stillRunning(PID_FILE);
  if (other !== undefined) {
    fail(
      `A demo is running already (process ${other}). Stop it with Ctrl-C or "kill ${other}" first. ` +
        `If that process is something else, delete ${shown(PID_FILE)}.`,
    );
  }
  if (reset) await rm(DEMO, { recursive: true, force: true });
  const left = await measure(NETWORK);
  if (kind === 'directory' && left.files > 0) {
    console.log(
      `An earlier run left ${size(left.bytes)} in ${shown(NETWORK)}; this one goes on with it (--reset begins anew).`,
    );
  }
  await rm(FETCHED, { force: true });
  // A disk of another store is not to be mixed with this one; the stores of emulators are new each time.
  if (kind !== 'directory' || (await lastStore()) !== kind) {
    await rm(DISK, { recursive: true, force: true });
  }
  await mkdir(DISK, { recursive: true });
  await writeFile(STORE_FILE, kind);
}

/** The kind of store of the last run; undefined if there was none. */
async function lastStore() {
  try {
    return await readFile(STORE_FILE, 'utf8');
  } catch (error) {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  }
}

async function start({ catalogue, durability }, port) {
  const started = await timed(() =>
    AppProcess.start({
      main: MAIN,
      cwd: DEMO,
      env: {
        PORT: String(port),
        DATABASE_PATH: join(DISK, 'courses.db'),
        PERSISTENCE_ADMIN_TOKEN: ADMIN_TOKEN,
        ...store.variables,
        ...(durability && { PERSISTENCE_DURABILITY: durability }),
        COURSES_CATALOGUE: catalogue,
      },
    }),
  );
  app = started.result;
  await writeFile(PID_FILE, String(app.pid));
  return started.ms;
}

async function firstStart(options, port) {
  step('Start it: the database is on a disk, its replica in a store');
  detail(`database ${shown(join(DISK, 'courses.db'))}; the store is ${store.place}`);
  const ms = await start(options, port);
  detail(`listening on ${app.address} after ${duration(ms)}`);
}

async function holdStore({ holdSeconds, durability }) {
  step('Hold a store: which answers leave before their commits are stored?');
  await holdTheStore({ root: ROOT, folder: HELD, seconds: holdSeconds, durability });
}

async function loadCatalogue() {
  step('Load the catalogue (WordNet), every 500 synsets stored before the next');
  const client = new Client(app.address);
  const begin = performance.now();
  let shownAt = -1;
  for (;;) {
    const { details } = await client.health();
    const { state, loaded, total } = details.catalogue;
    if (loaded !== shownAt && (loaded === total || loaded - shownAt >= total / 10)) {
      shownAt = loaded;
      detail(
        `${loaded.toLocaleString('en')} of ${count(total, 'synset')}, ${duration(performance.now() - begin)}`,
      );
    }
    if (state === 'complete') return;
    if (state === 'failed' || performance.now() - begin > CATALOGUE_MAX_MS) {
      throw new Error(`The catalogue is ${state} at ${loaded} of ${total} synsets.`);
    }
    await sleep(100);
  }
}

async function useIt(run) {
  step('Use it: learners sign up, enrol and record their progress');
  const { learners, writes, ms, medianMs, slowMs } = await learn(new Client(app.address), run);
  detail(
    `${count(learners, 'learner')} on 8 connections, ${count(writes, 'write')} acknowledged in ${duration(ms)}`,
  );
  detail(
    `an answer leaves when its write is stored: median ${duration(medianMs)}, 95% within ${duration(slowMs)}`,
  );
}

async function killInTheMiddle(run) {
  step('Read everything, then kill the app with SIGKILL while it is writing');
  const client = new Client(app.address);
  const contents = await readContents(client, () => false);
  showContents(contents);
  const late = signUpUntilItDies(client, run, LAST_SECOND_WRITES);
  await Promise.race([late.enough, late.ended]);
  // Connections also end when something else goes wrong: that would prove nothing.
  if (!app.running || late.acknowledged.size < LAST_SECOND_WRITES) {
    fail('The app stopped answering by itself.');
  }
  await app.kill();
  await late.ended;
  detail(`killed; ${count(late.acknowledged.size, 'more user')} had been acknowledged by then`);
  return { contents, late };
}

async function loseDisk() {
  step('Lose the disk');
  const disk = await measure(DISK);
  await rm(DISK, { recursive: true });
  const left = await store.measure();
  detail(`deleted ${shown(DISK)}: ${count(disk.files, 'file')}, ${size(disk.bytes)}`);
  detail(`what is left: the replica, ${count(left.files, 'object')}, ${size(left.bytes)}`);
}

async function startAgain(options, { contents, late }) {
  step('Start again on an empty disk, and compare every row');
  const port = Number(new URL(app.address).port);
  const ms = await start(options, port);
  const disk = await measure(DISK);
  detail(
    `listening on ${app.address} after ${duration(ms)}, with ${size(disk.bytes)} of database restored`,
  );
  const after = await readContents(new Client(app.address), late.isLate);
  showContents(after);
  const lost = lostUsers(late.acknowledged, after.late);
  if (after.hash !== contents.hash) {
    fail(
      `The rows differ: before ${JSON.stringify(contents.counts)}, after ${JSON.stringify(after.counts)}.`,
    );
  }
  if (lost.length > 0) {
    fail(
      `${count(lost.length, 'acknowledged user')} of the last second are gone: ${lost.slice(0, 5).join(', ')}`,
    );
  }
  detail('the same as before the kill: every row equal');
  const extra = after.late.length - late.acknowledged.size;
  detail(
    `and all ${count(late.acknowledged.size, 'user')} acknowledged in the last second` +
      (extra > 0 ? ` (with ${extra} whose answer the kill cut off)` : ''),
  );
}

/** Acknowledged users that are not there any more, or not as they were. */
function lostUsers(acknowledged, found) {
  const emails = new Map(found.map(({ id, email }) => [id, email]));
  return [...acknowledged]
    .filter(([id, email]) => emails.get(id) !== email)
    .map(([, email]) => email);
}

function showContents({ counts, hash }) {
  const parts = Object.entries(counts).map(
    ([kind, number]) => `${number.toLocaleString('en')} ${kind}`,
  );
  detail(`${parts.join(', ')}; SHA-256 of all rows ${hash.slice(0, 16)}...`);
}

async function serve() {
  console.log(`
The app keeps running:
   ${app.address}/         what is in the database and in the store
   ${app.address}/docs     the API, to read and to try
   ${app.address}/health   health
   curl -H 'Authorization: Bearer ${ADMIN_TOKEN}' ${app.address}/api/db-status
   curl -H 'Authorization: Bearer ${ADMIN_TOKEN}' -X POST ${app.address}/api/db-backup
   the replica: ${store.place}; the code: apps/courses, with app.module.ts first
Ctrl-C stops it.${store.variables.NETWORK_DB_PATH ? ' "npm run demo" goes on with the same data, "npm run demo -- --reset" begins anew.' : ' The store ends with it.'}`);
  await app.ended();
  if (!interrupted) fail('The app ended by itself.');
}

/** Ctrl-C reaches the app as well; `stop` is for a signal to this process only. */
async function interrupt() {
  if (interrupted) return;
  interrupted = true;
  console.log('\nStopping: what is committed is being stored.');
  await endHeldApps();
  const clean = (await app?.stop()) ?? true;
  await store?.close();
  console.log(clean ? 'Stopped.' : 'The app did not end in time and was killed.');
  process.exit(clean ? 0 : 1);
}

async function timed(work) {
  const begin = performance.now();
  const result = await work();
  return { result, ms: performance.now() - begin };
}

function shown(path) {
  return relative(ROOT, path);
}

function fail(message) {
  throw new Error(message);
}

main().catch(async (error) => {
  // Whatever fails because it is being interrupted is no failure.
  if (interrupted) return;
  console.error(`\nFAILED: ${error.message}`);
  process.exitCode = 1;
  await app?.stop();
  await store?.close();
});
