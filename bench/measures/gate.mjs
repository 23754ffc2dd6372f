import { mkdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { runChild } from '../lib/child.mjs';
import { digits, median } from '../lib/figures.mjs';
import { row, table } from '../lib/rows.mjs';

/** Short ones, so that a slow second of the machine hits all ways; as many for each round. */
const TURNS = 3;
const PLATFORMS = ['express', 'fastify'];

const GET = { method: 'GET', path: '/ping' };
const NONE = { label: 'GET, no module', ...GET };
const NOT_HELD = { label: 'GET, installed and not held', durability: 'async', ...GET };
const HELD = {
  label: 'GET, held (`confirmed`), nothing to store',
  durability: 'confirmed',
  ...GET,
};

const POST = { method: 'POST', durability: 'async' };
const ASYNC = { label: 'POST with a commit, not held', ...POST, path: '/notes' };
const FLUSHED = { label: 'POST with a commit, `await flush()`', ...POST, path: '/flushed' };
const DURABLE = { label: 'POST with a commit, `@Durable()`', ...POST, path: '/durable' };

const WAYS = [NONE, NOT_HELD, HELD, ASYNC, FLUSHED, DURABLE];

/** What is compared; the goals are those of Express. */
const RATIOS = [
  { name: 'installed and not held, over no module', way: NOT_HELD, base: NONE, atMost: 1.1 },
  { name: 'held, over no module', way: HELD, base: NONE, atMost: 1.3 },
  { name: 'held commit, over the same with `await flush()`', way: DURABLE, base: FLUSHED },
  { name: 'held commit, over the same not held', way: DURABLE, base: ASYNC },
];

export const gate = {
  name: 'gate',
  title: 'Server CPU of a request, held and not',
  about:
    'CPU of all threads of the server per request, driven by 16 clients in another process over connections that are kept. The GET answers a constant and touches no database; the POST inserts a row. The store is in memory and answers at once. Each way has a server of its own; they stand side by side and are driven in turns of a quarter of a second, three a round.',
  async run(context) {
    const tables = [];
    const rows = [];
    for (const platform of PLATFORMS) {
      const results = await compare(context, platform);
      rows.push(...platformRows(platform, results));
      tables.push(platformTable(platform, results));
      context.log(platform);
    }
    return { rows, tables };
  },
};

async function compare({ out, quick, rounds }, platform) {
  const folder = path.join(out, `gate-${platform}`);
  mkdirSync(folder, { recursive: true });
  try {
    return await runChild('gate', {
      folder,
      platform,
      ways: WAYS,
      rounds: quick ? 3 : TURNS * rounds,
      warmUpMs: quick ? 1_000 : 2_500,
      turnMs: quick ? 400 : 250,
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function ratioOf(results, { way, base }) {
  return median(results[way.label].map((cpu, i) => cpu / results[base.label][i]));
}

function platformRows(platform, results) {
  return RATIOS.map(({ atMost, ...each }) => {
    const goal = platform === 'express' && atMost !== undefined ? { atMost } : {};
    return row(`CPU of a request on ${platform}: ${each.name}`, ratioOf(results, each), 'x', goal);
  });
}

function platformTable(platform, results) {
  const lines = WAYS.map((way) => {
    const compared = RATIOS.filter((each) => each.way === way);
    const ratios = compared.map((each) => `${digits(ratioOf(results, each))} (${each.name})`);
    const microseconds = median(results[way.label]) * 1_000;
    return [way.label, digits(microseconds), ratios.join('; ')];
  });
  return table([platform, 'CPU of a request, µs', 'ratio'], lines);
}
