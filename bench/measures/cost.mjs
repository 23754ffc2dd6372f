import { alternate } from '../lib/alternate.mjs';
import { runChild } from '../lib/child.mjs';
import { digits, median, medians } from '../lib/figures.mjs';
import { row, table } from '../lib/rows.mjs';

const PER_SECOND = 25;
const BASE = { label: 'without replication' };

export const cost = {
  name: 'cost',
  title: 'CPU and bytes per sparse commit',
  about:
    '25 commits a second, each of one row and one index entry. CPU: all threads of the app above the same app without the module; for Litestream its own process. Bytes: what reached the replica, Litestream’s merged files included.',
  async run(context) {
    const ways = [BASE, ...oursAndPeers(context.litestream)];
    // A server runs for days: its code has been compiled by the time it is measured.
    const load = context.quick
      ? { warmUp: 100, commits: 40, perSecond: PER_SECOND }
      : { warmUp: 400, commits: 125, perSecond: PER_SECOND };
    const results = await alternate(
      ways.filter((way) => !way.missing),
      context.rounds,
      (way, folder) => runChild('cost', { folder, way, ...load }),
      context,
    );
    return report(ways.slice(1), results);
  },
};

function oursAndPeers(litestream) {
  const peer = (label, intervalMs) => ({
    label,
    litestream,
    intervalMs,
    missing: litestream === null,
  });
  return [
    { label: 'ours, every commit at once', publishIntervalMs: 0 },
    { label: 'ours, every commit at once, store in memory', publishIntervalMs: 0, inMemory: true },
    { label: 'ours, default (1 s)', publishIntervalMs: 1_000 },
    peer('Litestream, 10 ms', 10),
    peer('Litestream, 1 s', 1_000),
  ];
}

function report(ways, results) {
  const base = results.get(BASE);
  const rows = [];
  const lines = [];
  for (const way of ways) {
    const runs = results.get(way);
    const cpu = runs ? median(runs.map((run, i) => extraCpu(way, run, base[i]))) : null;
    const bytes = runs ? medians(runs).bytes : null;
    rows.push(
      row(`CPU per commit, ${way.label}`, cpu, 'ms'),
      row(`bytes per commit, ${way.label}`, bytes, 'bytes'),
    );
    lines.push([way.label, digits(cpu), digits(bytes)]);
  }
  return { rows, tables: [table(['', 'CPU per commit, ms', 'bytes per commit'], lines)] };
}

const extraCpu = (way, run, base) => (way.litestream ? run.peerCpu : run.appCpu - base.appCpu);
