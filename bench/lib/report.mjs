import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { digits } from './figures.mjs';
import { fromRoot } from './product.mjs';
import { table } from './rows.mjs';

const DOCS = path.join(import.meta.dirname, '..', '..', 'docs');

/** What the figures were measured on. */
export function machine(litestream) {
  const Database = fromRoot('better-sqlite3');
  const memory = new Database(':memory:');
  const sqlite = memory.prepare('SELECT sqlite_version()').pluck().get();
  memory.close();
  return {
    cpu: os.cpus()[0].model.trim(),
    cores: os.availableParallelism(),
    memory: `${Math.round(os.totalmem() / 2 ** 30)} GiB`,
    system: `${os.type()} ${os.arch()}`,
    node: process.version,
    sqlite,
    litestream: litestream
      ? execFileSync(litestream, ['version'], { encoding: 'utf8' }).trim()
      : 'not installed',
  };
}

/** One section of the page: what was measured, how, and under what load. */
export function section({ title, about }, { tables, load, rounds }) {
  return [
    `## ${title}`,
    '',
    about,
    '',
    ...tables.flatMap((text) => [text, '']),
    `Median of ${rounds} alternating runs; load average ${load}.`,
    '',
    '',
  ].join('\n');
}

export function goals(rows) {
  const withGoal = rows.filter(({ goal }) => goal !== null);
  const verdict = ({ met }) => (met === null ? 'not measured' : met ? 'met' : '**missed**');
  return table(
    ['goal', 'wanted', 'measured', ''],
    withGoal.map((each) => [
      each.name,
      `${each.goal} ${each.unit}`,
      digits(each.value),
      verdict(each),
    ]),
  );
}

/**
 * Writes `docs/benchmarks.json` and the measured part of `docs/benchmarks.md`. What this run did not measure stays as it
 * was (each section says under what load it was measured), and so does what stands behind `MARK`, which people wrote.
 */
export async function writeDocs({ rows, sections, facts, order }) {
  mkdirSync(DOCS, { recursive: true });
  const json = path.join(DOCS, 'benchmarks.json');
  const page = path.join(DOCS, 'benchmarks.md');
  const [measured, written = ''] = read(page, '').split(MARK);
  const allRows = mergeRows(JSON.parse(read(json, '[]')), rows);
  const all = mergeSections(measured, sections, order);
  writeFileSync(json, `${JSON.stringify(allRows, null, 2)}\n`);
  writeFileSync(
    page,
    await formatted(`${introduction(allRows, facts)}${all}${MARK}${written}`, page),
  );
}

const MARK = '<!-- Above: written by `npm run bench`. Below: written by hand. -->';

/** As `npm run format` would leave it. */
async function formatted(text, file) {
  const prettier = fromRoot('prettier');
  return prettier.format(text, { ...(await prettier.resolveConfig(file)), filepath: file });
}

function read(file, otherwise) {
  return existsSync(file) ? readFileSync(file, 'utf8') : otherwise;
}

/** Rows of the same name are replaced in place. */
function mergeRows(before, rows) {
  const byName = new Map([...before, ...rows].map((each) => [each.name, each]));
  return [...byName.values()];
}

/** In the order of the measures; `order` holds their titles. */
function mergeSections(page, sections, order) {
  const parts = page.split(/^(?=## )/m);
  const find = (title) =>
    [...sections, ...parts].find((part) => part.startsWith(`## ${title}\n`)) ?? '';
  return order.map(find).join('');
}

function introduction(rows, facts) {
  const list = Object.entries(facts).map(([name, value]) => `${name}: ${value}`);
  return [
    '# Benchmarks',
    '',
    '`npm run bench` measures everything on this page anew (about 25 minutes; `node bench/main.mjs --help`) and writes it, with `benchmarks.json` beside it.',
    'Each run is a process of its own, ways alternate, and ratios compare runs that stood side by side, because machines are noisy.',
    '',
    `Measured on ${list.join('; ')}.`,
    '',
    '## Goals',
    '',
    goals(rows),
    '',
    '',
  ].join('\n');
}
