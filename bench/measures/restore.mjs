import { copyFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { alternate } from '../lib/alternate.mjs';
import { runChild } from '../lib/child.mjs';
import { digits, median, medians } from '../lib/figures.mjs';
import { timeRestore } from '../lib/litestream.mjs';
import { row, table } from '../lib/rows.mjs';
import { sample } from '../lib/samples.mjs';

const GOAL_MEGABYTES = 1_000;
const WAYS = ['copy', 'durable-copy', 'ours', 'litestream'];

export const restore = {
  name: 'restore',
  title: 'Restore beside a copy of the file and `litestream restore`',
  about:
    'The same replica for both (a first snapshot and 20 entries in a directory store, in the page cache). Ours is verified (`quick_check`) and fsynced; `litestream restore` runs without its integrity check, its time includes the start of its process (about 20 ms), ours that of its worker. The copy is `copyFile`; beside it, the copy fsynced.',
  async run(context) {
    const sizes = context.quick ? [10, 100] : [10, 100, GOAL_MEGABYTES];
    const rows = [];
    const lines = [];
    for (const megabytes of sizes) {
      const results = await compare(megabytes, context);
      rows.push(...rowsOf(megabytes, results));
      lines.push(lineOf(megabytes, results));
    }
    const head = [
      'MB',
      'copy, s',
      'copy + fsync, s',
      'ours, s',
      'ours / copy',
      'Litestream, s',
      'Litestream / ours',
      'our CPU, s',
      'our peak memory, MB',
    ];
    return { rows, tables: [table(head, lines)] };
  },
};

async function compare(megabytes, context) {
  const source = await sample(megabytes, context);
  const place = path.join(context.out, `replica-${megabytes}`);
  rmSync(place, { recursive: true, force: true });
  try {
    await publish(source, place, context);
    const replica = path.join(place, 'app.db.replica');
    const ways = WAYS.filter((way) => way !== 'litestream' || context.litestream);
    const measure = (way, folder) => {
      const target = path.join(folder, 'restored.db');
      if (way === 'litestream') return { ms: timeRestore(context.litestream, replica, target) };
      return runChild('restore', { way, source, replica, target });
    };
    return await alternate(ways, context.rounds, measure, context);
  } finally {
    rmSync(place, { recursive: true, force: true });
  }
}

/** Has the module take a copy of the database in, so that its replica lies below `store`. */
async function publish(source, store, { log }) {
  const database = `${store}.live.db`;
  copyFileSync(source, database);
  try {
    await runChild('first-snapshot', { database, store });
  } finally {
    for (const suffix of ['', '-wal', '-shm', '.lock', '.persistence.json']) {
      rmSync(database + suffix, { force: true });
    }
  }
  log(`${path.basename(store)} is published`);
}

function figures(results) {
  const seconds = (way) => (results.has(way) ? medians(results.get(way)).ms / 1_000 : null);
  const over = (a, b) =>
    results.has(a) && results.has(b)
      ? median(results.get(a).map((run, i) => run.ms / results.get(b)[i].ms))
      : null;
  return {
    copy: seconds('copy'),
    durable: seconds('durable-copy'),
    ours: seconds('ours'),
    litestream: seconds('litestream'),
    overCopy: over('ours', 'copy'),
    overDurable: over('ours', 'durable-copy'),
    faster: over('litestream', 'ours'),
    cpu: medians(results.get('ours')).cpuMs / 1_000,
    rssMb: medians(results.get('ours')).rssMb,
  };
}

function rowsOf(megabytes, results) {
  const { copy, durable, ours, litestream, overCopy, overDurable, faster, cpu, rssMb } =
    figures(results);
  const goal = (given) => (megabytes === GOAL_MEGABYTES ? given : {});
  const of = `of ${megabytes} MB`;
  return [
    row(`copy ${of}`, copy, 's'),
    row(`copy and fsync ${of}`, durable, 's'),
    row(`restore ${of}`, ours, 's'),
    row(`litestream restore ${of}`, litestream, 's'),
    row(`restore ${of} over the copy`, overCopy, 'x', goal({ atMost: 3 })),
    row(`restore ${of} over copy and fsync`, overDurable, 'x'),
    row(`litestream restore ${of} over ours`, faster, 'x', goal({ atLeast: 4 })),
    row(`CPU of a restore ${of}`, cpu, 's'),
    row(`peak memory of a restore ${of}`, rssMb, 'MB'),
  ];
}

function lineOf(megabytes, results) {
  const { copy, durable, ours, litestream, overCopy, faster, cpu, rssMb } = figures(results);
  return [
    megabytes,
    ...[copy, durable, ours, overCopy, litestream, faster, cpu, rssMb].map(digits),
  ];
}
