import { alternate } from '../lib/alternate.mjs';
import { runChild } from '../lib/child.mjs';
import { digits, median, medians } from '../lib/figures.mjs';
import { row, table } from '../lib/rows.mjs';

const WITHOUT = { label: 'without', withModule: false };
const WITH = { label: 'with', withModule: true };
const PACE = 1_000;

export const inserts = {
  name: 'inserts',
  title: 'TypeORM inserts with and without the module',
  about:
    'Without: the same app on better-sqlite3 with WAL and `wal_autocheckpoint = 1000`; `synchronous = NORMAL` in both. Throughput: one writer as fast as it can, yielding to the event loop after each insert. Latency: 1,000 inserts a second.',
  async run(context) {
    const seconds = context.quick ? 3 : 6;
    const full = await compare(context, { seconds, perSecond: 0 });
    const paced = await compare(context, { seconds: context.quick ? 3 : 8, perSecond: PACE });
    return {
      rows: [...throughputRows(full), ...latencyRows(paced)],
      tables: [asTable(full, paced)],
    };
  },
};

/** Alternating, so that a run with the module has a run without it at its side. */
function compare(context, load) {
  const measure = ({ withModule }, folder) => runChild('inserts', { folder, withModule, ...load });
  return alternate([WITHOUT, WITH], context.rounds, measure, context);
}

function ratio(results, field) {
  const without = results.get(WITHOUT);
  return median(results.get(WITH).map((run, i) => run[field] / without[i][field]));
}

function throughputRows(full) {
  return [
    ...[WITHOUT, WITH].map((way) =>
      row(`insert throughput ${way.label}`, medians(full.get(way)).perSecond, 'inserts/s'),
    ),
    row('insert throughput, with over without', ratio(full, 'perSecond'), 'x', { atLeast: 0.95 }),
    ...[WITHOUT, WITH].map((way) =>
      row(`insert p99.9 as fast as it can ${way.label}`, medians(full.get(way)).p999, 'ms'),
    ),
    row('insert p99.9 as fast as it can, with over without', ratio(full, 'p999'), 'x'),
  ];
}

const FIELDS = [
  ['p50', 'insert p50'],
  ['p99', 'insert p99'],
  ['p999', 'insert p99.9'],
  ['loopP99', 'event-loop delay p99'],
  ['loopMax', 'event-loop delay, longest'],
];

function latencyRows(paced) {
  const goals = { p999: { atMost: 0.3 } };
  return FIELDS.flatMap(([field, name]) => [
    ...[WITHOUT, WITH].map((way) =>
      row(`${name} at 1,000/s ${way.label}`, medians(paced.get(way))[field], 'ms'),
    ),
    row(`${name} at 1,000/s, with over without`, ratio(paced, field), 'x', goals[field]),
  ]);
}

function asTable(full, paced) {
  const line = (name, results, field) => [
    name,
    ...[WITHOUT, WITH].map((way) => digits(medians(results.get(way))[field])),
    digits(ratio(results, field)),
  ];
  return table(
    ['', 'without', 'with', 'with / without'],
    [
      line('inserts/s, as fast as it can', full, 'perSecond'),
      line('p99.9 there, ms', full, 'p999'),
      line('CPU per insert there, ms', full, 'cpuPerInsert'),
      ...FIELDS.map(([field, name]) => line(`${name} at 1,000/s, ms`, paced, field)),
    ],
  );
}
