import { alternate } from '../lib/alternate.mjs';
import { runChild } from '../lib/child.mjs';
import { digits, median, medians } from '../lib/figures.mjs';
import { row, table } from '../lib/rows.mjs';

const LATENCY_MS = 20;
const WRITERS = 100;
const HELD = 1_000;

const DURABLE = { label: '`@Durable()`', path: '/durable' };
const FLUSHED = { label: '`await flush()` in the handler', path: '/flushed' };

export const confirmed = {
  name: 'confirmed',
  title: 'Answers that wait until their commit is stored',
  about: `Express, every request a POST that inserts a row; the clients in a process of their own, over connections that are kept. The store is in memory and answers a PUT after ${LATENCY_MS} ms. At once: ${WRITERS} clients, each sends its next request when it has its answer. One at a time: the median of requests with nothing else going on, beside the median of bare PUTs of the same bytes to the same store.`,
  async run(context) {
    const load = context.quick
      ? { milliseconds: 2_000, singles: 60 }
      : { milliseconds: 5_000, singles: 150 };
    const busy = await alternate(
      [DURABLE, FLUSHED],
      context.rounds,
      ({ path }, folder) => runChild('confirmed', { folder, path, latencyMs: LATENCY_MS, ...load }),
      context,
    );
    const held = await alternate(
      [DURABLE, FLUSHED],
      Math.min(context.rounds, 3),
      ({ path }, folder) => runChild('held', { folder, path, platform: 'express' }),
      context,
    );
    return {
      rows: [...busyRows(busy), ...heldRows(held)],
      tables: [busyTable(busy), singleTable(busy), heldTable(held)],
    };
  },
};

const WANTED = {
  perSecond: { atLeast: 2_500 },
  p99: { atMost: 3 * LATENCY_MS },
  single: { atMost: 1.15 },
};

function busyRows(results) {
  const runs = results.get(DURABLE);
  const { perSecond, p50, p99, single, singlePut } = medians(runs);
  const at = `${WRITERS} writers at ${LATENCY_MS} ms`;
  return [
    row(`confirmed writes a second, ${at}`, perSecond, 'writes/s', WANTED.perSecond),
    row(`confirmed write p50, ${at}`, p50, 'ms'),
    row(`confirmed write p99, ${at}`, p99, 'ms', WANTED.p99),
    row(`confirmed request alone at ${LATENCY_MS} ms`, single, 'ms'),
    row(`bare PUT beside it`, singlePut, 'ms'),
    row(
      `confirmed request alone over bare PUT at ${LATENCY_MS} ms`,
      overPut(runs),
      'x',
      WANTED.single,
    ),
  ];
}

const overPut = (runs) => median(runs.map((run) => run.single / run.singlePut));

function busyTable(results) {
  const lines = [...results].map(([{ label }, runs]) => {
    const { perSecond, p50, p99, writesPerPut, serverCores, clientCores } = medians(runs);
    const figures = [perSecond, p50, p99, writesPerPut, serverCores, clientCores];
    return [label, ...figures.map(digits)];
  });
  return table(
    [
      `${WRITERS} at once`,
      'writes/s',
      'p50, ms',
      'p99, ms',
      'writes per PUT',
      'cores of the server',
      'cores of the clients',
    ],
    lines,
  );
}

function singleTable(results) {
  const lines = [...results].map(([{ label }, runs]) => {
    const { single, singlePut, singleUnheld } = medians(runs);
    return [label, ...[single, singlePut, overPut(runs), singleUnheld].map(digits)];
  });
  return table(
    ['one at a time', 'request, ms', 'bare PUT, ms', 'ratio', 'a request that is not held, ms'],
    lines,
  );
}

function heldRows(results) {
  const { heapEach, rssEach } = medians(results.get(DURABLE));
  return [
    row(`heap of each of ${HELD} held answers`, heapEach, 'KiB'),
    row(`memory (RSS) of each of ${HELD} held answers`, rssEach, 'KiB'),
  ];
}

function heldTable(results) {
  const lines = [...results].map(([{ label }, runs]) => {
    const { heapEach, rssEach, rss } = medians(runs);
    return [label, ...[heapEach, rssEach, rss].map(digits)];
  });
  return table(
    [
      `${HELD.toLocaleString('en-US')} held, above as many idle connections`,
      'heap each, KiB',
      'RSS each, KiB',
      'RSS of the server, MiB',
    ],
    lines,
  );
}
