import { mkdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { alternate } from '../lib/alternate.mjs';
import { runChild } from '../lib/child.mjs';
import { digits, median, medians } from '../lib/figures.mjs';
import { room } from '../lib/product.mjs';
import { row, table } from '../lib/rows.mjs';
import { sample } from '../lib/samples.mjs';
import { startS3 } from '../lib/s3-server.mjs';

const LATENCY_MS = 20;
const DAY_SECONDS = 86_400;
/** Before the day: so that it ends a little before a snapshot, when a restore reads most. */
const WARM_UP_SECONDS = 3_300;
const DAY_TIMEOUT_MS = 3_600_000;
const MEGABYTES = 50;
const WAYS = ['day', 'fresh'];
const CLASSES = ['put', 'get', 'list', 'head', 'delete'];
const PRICED = ['s3', 'azure', 'r2'];

export const compacted = {
  name: 'compacted',
  title: 'A day of one commit a second, compacted',
  about: `A database of ${MEGABYTES} MB; every second a commit, every other one changing a row anywhere, the rest adding one; maintenance every half minute with the defaults (a clock moved by hand, the worker and the protocol that ship). Restored at its worst moment, a little before the next snapshot, from this project’s S3 server on loopback, in a process of its own, every request ${LATENCY_MS} ms late, through the wrappers of the module; beside it the same database as a first snapshot. Requests are those of that day, without the plain file of every half hour ([what it costs](cost.md) has it); prices by [the same list](cost.md), without free allowances.`,
  async run(context) {
    const seconds = context.quick ? 2 * 3_600 : DAY_SECONDS;
    const source = await sample(MEGABYTES, context);
    const folder = path.join(context.out, 'day');
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
    const server = await startS3({ root: path.join(folder, 's3') });
    try {
      const { url } = server;
      context.log(`living ${seconds} s`);
      const day = await runChild(
        'day',
        { source, url, warmUp: WARM_UP_SECONDS, seconds, folder },
        { timeoutMs: DAY_TIMEOUT_MS },
      );
      await server.slowDown(LATENCY_MS);
      const measure = (name, place) => {
        const target = path.join(place, 'restored.db');
        return runChild('restore-s3', { url, name, target, expected: day.contents });
      };
      return report(
        day,
        DAY_SECONDS / seconds,
        await alternate(WAYS, context.rounds, measure, context),
      );
    } finally {
      await server.stop();
      rmSync(folder, { recursive: true, force: true });
    }
  },
};

function report(day, perDay, results) {
  const ratio = median(results.get('day').map(({ ms }, i) => ms / results.get('fresh')[i].ms));
  const counts = Object.fromEntries(
    Object.entries(day.counts).map(([name, count]) => [name, count * perDay]),
  );
  return {
    rows: [...restoreRows(results, ratio), ...dayRows(day, counts)],
    tables: [restoreTable(results, ratio), requestTable(counts), objectTable(day)],
  };
}

function restoreRows(results, ratio) {
  const [day, fresh] = WAYS.map((way) => medians(results.get(way)));
  return [
    row('restore after a compacted day', day.ms / 1_000, 's'),
    row('restore of a first snapshot of the same state', fresh.ms / 1_000, 's'),
    row('restore after a compacted day over a first snapshot', ratio, 'x', { atMost: 1.5 }),
    row('bytes read by a restore after a compacted day', day.megabytesIn, 'MB'),
    row('bytes read by a restore of a first snapshot', fresh.megabytesIn, 'MB'),
  ];
}

function dayRows({ objects, megabytes }, counts) {
  const total = Object.values(objects).reduce((sum, count) => sum + count, 0);
  return [
    row('objects after a compacted day', total, 'objects'),
    row('bytes stored after a compacted day', megabytes, 'MB'),
    ...CLASSES.map((name) => row(`${name} requests of a day`, counts[name], 'requests')),
    ...PRICED.map((store) => row(`requests of a day on ${store}`, dollars(counts, store), '$')),
  ];
}

const dollars = (counts, store) => {
  const { costOf, STORE_PRICES } = room('storage');
  return costOf(counts, STORE_PRICES[store]).requests;
};

function restoreTable(results, ratio) {
  const line = (way, label, over) => {
    const { ms, cpuMs, gets, lists, megabytesIn, megabytes } = medians(results.get(way));
    const figures = [ms / 1_000, over, cpuMs / 1_000, gets, lists, megabytesIn, megabytes];
    return [label, ...figures.map(digits)];
  };
  const head = ['restore of', 's', 'ratio', 'CPU, s', 'reads', 'lists', 'MB read', 'MB restored'];
  return table(head, [
    line('day', 'the compacted day', ratio),
    line('fresh', 'a first snapshot', 1),
  ]);
}

function requestTable(counts) {
  const { STORE_PRICES } = room('storage');
  const head = ['requests a day', ...CLASSES, ...PRICED.map((store) => STORE_PRICES[store].name)];
  const prices = PRICED.map((store) => `$${dollars(counts, store).toFixed(2)}`);
  return table(head, [['', ...CLASSES.map((name) => digits(counts[name])), ...prices]]);
}

function objectTable({ objects, megabytes }) {
  const levels = Object.keys(objects);
  const head = ['objects at level', ...levels, 'together, MB'];
  const counts = levels.map((level) => objects[level].toLocaleString('en-US'));
  return table(head, [['', ...counts, digits(megabytes)]]);
}
