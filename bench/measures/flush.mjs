import { alternate } from '../lib/alternate.mjs';
import { runChild } from '../lib/child.mjs';
import { digits, median, medians } from '../lib/figures.mjs';
import { row, table } from '../lib/rows.mjs';

const LATENCIES = [0, 20];
const GOAL = { 20: { atMost: 1.1 } };

export const flush = {
  name: 'flush',
  title: '`flush()` beside a bare PUT of the same bytes',
  about:
    'One commit at a time through TypeORM, `flush()`, then a PUT of the same bytes to the same directory store (fsync of file and folder), with the latency added to each PUT.',
  async run(context) {
    const commits = context.quick ? 100 : 300;
    const results = await alternate(
      LATENCIES,
      context.rounds,
      (latencyMs, folder) => runChild('flush', { folder, latencyMs, commits }),
      context,
    );
    return report(results);
  },
};

function report(results) {
  const rows = [];
  const lines = [];
  for (const [latency, runs] of results) {
    const { flushP50, flushP99, putP50, putP99 } = medians(runs);
    const ratio = median(runs.map((run) => run.flushP50 / run.putP50));
    const ratio99 = median(runs.map((run) => run.flushP99 / run.putP99));
    const at = `at ${latency} ms`;
    rows.push(
      row(`flush p50 ${at}`, flushP50, 'ms'),
      row(`flush p99 ${at}`, flushP99, 'ms'),
      row(`bare PUT p50 ${at}`, putP50, 'ms'),
      row(`bare PUT p99 ${at}`, putP99, 'ms'),
      row(`flush over bare PUT, p50 ${at}`, ratio, 'x', GOAL[latency]),
      row(`flush over bare PUT, p99 ${at}`, ratio99, 'x'),
    );
    lines.push([
      `${latency} ms`,
      ...[flushP50, putP50, ratio, flushP99, putP99, ratio99].map(digits),
    ]);
  }
  const head = [
    'latency',
    'flush p50, ms',
    'PUT p50, ms',
    'ratio',
    'flush p99, ms',
    'PUT p99, ms',
    'ratio',
  ];
  return { rows, tables: [table(head, lines)] };
}
