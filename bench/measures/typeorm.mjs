import { alternate } from '../lib/alternate.mjs';
import { runChild } from '../lib/child.mjs';
import { digits, median, medians } from '../lib/figures.mjs';
import { row, table } from '../lib/rows.mjs';

const OPERATIONS = ['save', 'insert', 'findOneBy', 'transaction'];
/** What the stock DataSource can do at once without mixing up whose transaction it is. */
const VALID_AT_ONCE = ['insert', 'findOneBy'];
const GOAL = { atLeast: 0.9 };
const STALL_GOAL = { atMost: 50 };

const PLAIN = {
  label: 'without replication',
  stock: { setup: {}, concurrent: VALID_AT_ONCE, stall: true },
  ours: { setup: { options: { enabled: false } }, concurrent: OPERATIONS, stall: true },
};
const REPLICATED = {
  label: 'with a directory store',
  stock: { setup: { replicated: true, dataSource: 'stock' }, concurrent: [] },
  ours: { setup: { replicated: true }, concurrent: [] },
};

export const typeorm = {
  name: 'typeorm',
  title: 'Our DataSource beside the stock one',
  about:
    'Operations a second through TypeORM, `synchronous = NORMAL` and WAL in both. A transaction inserts a row and updates another. At once: 50 promises, waited for together; on the stock DataSource only what has no transaction is valid there. The lock: another process holds SQLite’s write lock for 400 ms while a transaction wants to begin.',
  async run(context) {
    const plain = await compare(context, PLAIN, context.rounds);
    const replicated = await compare(context, REPLICATED, Math.min(context.rounds, 3));
    return {
      rows: [
        ...speedRows(plain, PLAIN, GOAL),
        ...speedRows(replicated, REPLICATED, {}),
        ...stallRows(plain),
      ],
      tables: [speedTable(plain, PLAIN), speedTable(replicated, REPLICATED), stallTable(plain)],
    };
  },
};

async function compare(context, { stock, ours }, rounds) {
  const slice = context.quick
    ? { milliseconds: 250, warmUpMs: 200 }
    : { milliseconds: 400, warmUpMs: 300 };
  const results = await alternate(
    [stock, ours],
    rounds,
    (way, folder) => runChild('typeorm', { folder, ...way, ...slice }),
    context,
  );
  return { stock: results.get(stock), ours: results.get(ours) };
}

function ratio({ stock, ours }, field) {
  return median(ours.map((run, i) => run[field] / stock[i][field]));
}

function speedRows(results, { label }, goal) {
  return OPERATIONS.map((name) =>
    row(`${name} ${label}, our DataSource over stock`, ratio(results, name), 'x', goal),
  );
}

function stallRows({ stock, ours }) {
  const beside = 'event loop stands still while another process holds the lock for 400 ms';
  return [
    row(`${beside}, our DataSource`, median(ours.map((run) => run.stallMs)), 'ms', STALL_GOAL),
    row(`${beside}, stock`, median(stock.map((run) => run.stallMs)), 'ms'),
  ];
}

function speedTable(results, { label, ours }) {
  const [theirs, own] = [medians(results.stock), medians(results.ours)];
  const line = (text, field) => {
    const valid = theirs[field] !== undefined;
    const figures = valid ? [theirs[field], own[field], ratio(results, field)] : [own[field]];
    return [text, ...(valid ? [] : ['not valid']), ...figures.map(digits), ...(valid ? [] : [''])];
  };
  return table(
    [`${label}, operations a second`, 'stock', 'ours', 'ours / stock'],
    [
      ...OPERATIONS.map((name) => line(name, name)),
      ...ours.concurrent.map((name) => line(`${name}, 50 at once`, `${name}AtOnce`)),
    ],
  );
}

function stallTable({ stock, ours }) {
  const longest = (runs) => digits(median(runs.map((run) => run.stallMs)));
  return table(
    ['the lock is held for 400 ms', 'stock', 'ours'],
    [['longest stand-still of the event loop, ms', longest(stock), longest(ours)]],
  );
}
