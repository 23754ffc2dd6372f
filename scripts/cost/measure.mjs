// What a store is asked for in a day, by the code that ships: the real maintenance over a log of real entries, a store in
// memory that counts, and a clock that is moved by hand. Only commits, backups and restores are made here by their plans.
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

const require = createRequire(import.meta.url);
require(fileURLToPath(new URL('../../test/setup/swc-register.cjs', import.meta.url)));
const { MemoryStore, counted, RequestCounter } = require('../../libs/storage/index.ts');
const { ManualClock } = require('../../libs/testing/index.ts');
const { readInventory } = require('../../libs/replica/log/inventory.ts');
const { planRestore } = require('../../libs/replica/log/restore-plan.ts');
const { OPTION_DEFAULTS } = require('../../libs/persistence/module/options.schema.ts');
const { SyntheticLog } = require('../../test/replica/synthetic-log.ts');

const SECOND = 1_000;
const HOUR = 3_600 * SECOND;
const DAY = 24 * HOUR;
/** Of the database: enough that a day of commits is not the whole of it. */
const PAGES = 1_000;
const PAGE_BYTES = 4_096;
/** Every page that changes; a row and an index. */
const PAGES_PER_COMMIT = 2;
const MAINTENANCE_MS = 30 * SECOND;
/** Bytes that one request of a restore reads. */
const PART_BYTES = 4 * 1024 * 1024;
const CLASSES = ['put', 'get', 'list', 'head', 'delete'];

/** Not counted: entries have to be there before they can go. */
const WARM_UP_MS = 3 * HOUR;
const MEASURED_MS = 6 * HOUR;

/**
 * Requests in a day, by class, of an app that commits every `everyMs` and never calls `flush()`.
 *
 * @param {number} everyMs
 */
export async function requestsPerDay(everyMs) {
  const clock = new ManualClock(Date.UTC(2026, 0, 1));
  const counter = new RequestCounter(() => clock.now());
  const store = counted(new MemoryStore({ now: () => clock.now() }), counter);
  const log = new SyntheticLog({ store, clock, nodeId: 'a'.repeat(16), pageSize: PAGE_BYTES });
  await log.data(new Map(Array.from({ length: PAGES }, (_, at) => [at + 1, at])), PAGES);
  const begin = clock.now() + WARM_UP_MS;
  const next = { tick: clock.now() + MAINTENANCE_MS, backup: clock.now(), count: begin };
  let before = counter.snapshot().life.counts;
  let commits = 0;
  let backups = 0;
  while (clock.now() < begin + MEASURED_MS) {
    await clock.advance(everyMs);
    await log.data(changes(++commits));
    while (clock.now() >= next.tick) {
      await log.maintain();
      next.tick += MAINTENANCE_MS;
    }
    if (clock.now() >= next.backup) {
      await backup(store, counter, ++backups);
      next.backup += OPTION_DEFAULTS.backupIntervalMs;
    }
    if (clock.now() >= next.count) {
      before = counter.snapshot().life.counts;
      next.count = Infinity;
    }
  }
  if (log.errors.length > 0) throw log.errors[0];
  const after = counter.snapshot().life.counts;
  const perDay = DAY / MEASURED_MS;
  return Object.fromEntries(CLASSES.map((each) => [each, (after[each] - before[each]) * perDay]));
}

/** Spread over the database by a step that meets every page. */
function changes(n) {
  const pages = Array.from({ length: PAGES_PER_COMMIT }, (_, at) => [
    1 + ((n * 1_931 + at * 2_477) % PAGES),
    n,
  ]);
  return new Map(pages);
}

/** The requests of one backup, where something has changed: a restore, a look at its place, the file, its dated copies. */
async function backup(store, counter, nth) {
  const inventory = await readInventory(store);
  const { files } = planRestore(inventory, { kind: 'latest' }, Number.POSITIVE_INFINITY);
  counter.add(
    'get',
    files.reduce((sum, { size }) => sum + Math.ceil(size / PART_BYTES), 0),
  );
  counter.add('head', 4);
  counter.add('list');
  counter.add('put');
  const { backupKeepMs, backupKeepCount, backupIntervalMs } = OPTION_DEFAULTS;
  const every = Math.max(1, Math.round(backupKeepMs / backupKeepCount / backupIntervalMs));
  if (nth % every !== 0) return;
  counter.add('put');
  counter.add('delete');
}
