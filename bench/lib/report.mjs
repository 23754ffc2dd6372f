import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
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
 * Writes `docs/benchmarks.json` and the measured part of `docs/benchmarks.md`; what stands behind the line `MARK` there
 * was written by people and stays.
 */
export function writeDocs({ rows, sections, facts }) {
  mkdirSync(DOCS, { recursive: true });
  writeFileSync(path.join(DOCS, 'benchmarks.json'), `${JSON.stringify(rows, null, 2)}\n`);
  const page = path.join(DOCS, 'benchmarks.md');
  writeFileSync(page, `${measured(rows, sections, facts)}${MARK}\n${written(page)}`);
}

const MARK = '<!-- Above: written by `npm run bench`. Below: written by hand. -->';

function written(page) {
  try {
    const text = readFileSync(page, 'utf8');
    return text.includes(MARK) ? text.slice(text.indexOf(MARK) + MARK.length + 1) : '';
  } catch (error) {
    if (error.code !== 'ENOENT') throw error;
    return '';
  }
}

function measured(rows, sections, facts) {
  const list = Object.entries(facts).map(([name, value]) => `${name}: ${value}`);
  return [
    '# Benchmarks',
    '',
    '`npm run bench` measures everything on this page anew (about 15 minutes; `node bench/main.mjs --help`) and writes it, with `benchmarks.json` beside it.',
    'Each run is a process of its own, ways alternate, and ratios compare runs that stood side by side, because machines are noisy.',
    '',
    `Measured on ${list.join('; ')}.`,
    '',
    '## Goals',
    '',
    goals(rows),
    '',
    ...sections,
  ].join('\n');
}
