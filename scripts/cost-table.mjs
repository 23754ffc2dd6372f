// node scripts/cost-table.mjs            writes the tables of docs/cost.md, from docs/cost.json and libs/storage/prices.ts
// node scripts/cost-table.mjs --measure  counts the requests anew first (a minute), and writes docs/cost.json
// node scripts/cost-table.mjs --check    fails if the tables are not what it would write
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import prettier from 'prettier';

const ROOT = join(import.meta.dirname, '..');
const PAGE = join(ROOT, 'docs/cost.md');
const COUNTS = join(ROOT, 'docs/cost.json');
const DAYS = 30;
const STORES = ['s3', 'azure', 'r2'];
const BEGIN = '<!-- table: written by scripts/cost-table.mjs -->';
const BEGIN_CONFIRMED = '<!-- table of confirmed writes: written by scripts/cost-table.mjs -->';
const END = '<!-- end of table -->';

/** What is measured: how often the app commits. */
const APPS = [
  ['one commit a minute', 60_000],
  ['one commit a second', 1_000],
];

/** `confirmIntervalMs`. */
const INTERVALS_MS = [0, 100, 250, 1_000];
/** Of the store: what paces the writes where no interval does. */
const LATENCY_MS = 20;

const require = createRequire(import.meta.url);
require(join(ROOT, 'test/setup/swc-register.cjs'));
const { STORE_PRICES, costOf } = require('../libs/storage/prices.ts');

const [option] = process.argv.slice(2);
if (option === '--measure') await measure();
const page = readFileSync(PAGE, 'utf8');
const wanted = await withTables(page);
if (option !== '--check') writeFileSync(PAGE, wanted);
else if (page !== wanted) {
  console.error('docs/cost.md is not what node scripts/cost-table.mjs writes.');
  process.exitCode = 1;
}

async function measure() {
  const { requestsPerDay } = await import('./cost/measure.mjs');
  const perDay = {};
  for (const [name, everyMs] of APPS) perDay[name] = await requestsPerDay(everyMs);
  writeFileSync(COUNTS, `${JSON.stringify({ perDay }, null, 2)}\n`);
}

async function withTables(text) {
  const next = replaced(replaced(text, BEGIN, table()), BEGIN_CONFIRMED, confirmedTable());
  const config = await prettier.resolveConfig(PAGE);
  return prettier.format(next, { ...config, parser: 'markdown' });
}

function replaced(text, begin, content) {
  const [before, rest] = split(text, begin);
  const [, after] = split(rest, END);
  return `${before}${begin}\n\n${content}\n\n${END}${after}`;
}

function split(text, mark) {
  const at = text.indexOf(mark);
  if (at < 0) throw new Error(`docs/cost.md has no line "${mark}".`);
  return [text.slice(0, at), text.slice(at + mark.length)];
}

function table() {
  const { perDay } = JSON.parse(readFileSync(COUNTS, 'utf8'));
  const none = { put: 0, get: 0, list: 0, head: 0, delete: 0 };
  const rows = [['idle', none], ...APPS.map(([name]) => [name, perDay[name]])];
  const names = STORES.map((store) => STORE_PRICES[store].name);
  const head = ['requests a month', 'writes', 'lists', 'reads', ...names];
  const lines = [head, head.map((_, at) => (at === 0 ? '---' : '---:'))];
  for (const [name, day] of rows) {
    const month = Object.fromEntries(
      Object.entries(day).map(([each, count]) => [each, count * DAYS]),
    );
    const prices = STORES.map((store) => dollars(costOf(month, STORE_PRICES[store]).requests));
    const counts = [month.put, month.list, month.get + month.head].map(amount);
    lines.push([name, ...counts, ...prices]);
  }
  const sources = STORES.map((store) => {
    const { name, source, read } = STORE_PRICES[store];
    return `[${name}](${source}), ${read}`;
  });
  return `${lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n')}\n\nUS dollars, requests only. Prices as of: ${sources.join('; ')}. Requests: counted by \`node scripts/cost-table.mjs --measure\`, which lets the code that ships maintain a replica for nine hours of a clock moved by hand, with the defaults, a backup every half hour included; the last six hours are taken for a day. Deleting is free at all three.`;
}

/** The most that answers that wait can make of it: somebody waits at every moment. */
function confirmedTable() {
  const names = STORES.map((store) => STORE_PRICES[store].name);
  const head = ['`confirmIntervalMs`', 'writes an hour', 'writes a month', ...names];
  const lines = [head, head.map(() => '---:')];
  for (const interval of INTERVALS_MS) {
    const hour = 3_600_000 / Math.max(interval, LATENCY_MS);
    const month = { put: hour * 24 * DAYS, get: 0, list: 0, head: 0, delete: 0 };
    const prices = STORES.map((store) => dollars(costOf(month, STORE_PRICES[store]).requests));
    const label = interval === 0 ? `0 (a store ${LATENCY_MS} ms away)` : amount(interval);
    lines.push([label, amount(hour), amount(month.put), ...prices]);
  }
  return lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

/** To three digits: more would be a promise. */
function amount(count) {
  if (count === 0) return '0';
  return Number(count.toPrecision(3)).toLocaleString('en-US');
}

function dollars(usd) {
  return usd.toFixed(2);
}
