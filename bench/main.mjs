import { mkdirSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { findLitestream } from './lib/litestream.mjs';
import { goals, machine, section, writeDocs } from './lib/report.mjs';
import { codecs } from './measures/codecs.mjs';
import { compacted } from './measures/compacted.mjs';
import { confirmed } from './measures/confirmed.mjs';
import { cost } from './measures/cost.mjs';
import { flush } from './measures/flush.mjs';
import { gate } from './measures/gate.mjs';
import { idle } from './measures/idle.mjs';
import { inserts } from './measures/inserts.mjs';
import { restore } from './measures/restore.mjs';
import { typeorm } from './measures/typeorm.mjs';

const MEASURES = [flush, inserts, typeorm, gate, confirmed, cost, restore, compacted, idle, codecs];

const HELP = `Measures nestjs-persistence beside its peers. Needs \`npm run build\` and \`npm --prefix bench ci\`.

  node bench/main.mjs [options]

  --only <names>  of ${MEASURES.map(({ name }) => name).join(', ')} (comma-separated);
                  the docs keep their other figures
  --quick         short runs, one round, no 1 GB (under two minutes); writes no docs
  --rounds <n>    alternating runs of each way (default 5; with --quick 1); below 3 no docs are written
  --keep          keeps the sample databases in bench/out for the next run
  --help

BENCH_PROFILE=<folder> writes a CPU profile of every thread that is measured.`;

const { values: options } = parseArgs({
  options: {
    only: { type: 'string' },
    quick: { type: 'boolean', default: false },
    rounds: { type: 'string' },
    keep: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

if (options.help) console.log(HELP);
else await main();

async function main() {
  const chosen = choose(options.only);
  const rounds = Number(options.rounds ?? (options.quick ? 1 : 5));
  if (!Number.isInteger(rounds) || rounds < 1) throw new Error('--rounds takes a number from 1');
  const out = path.join(import.meta.dirname, 'out');
  mkdirSync(out, { recursive: true });
  const litestream = findLitestream();
  const facts = machine(litestream);
  console.log(
    Object.entries(facts)
      .map(([name, value]) => `${name}: ${value}`)
      .join('; '),
  );

  const rows = [];
  const sections = [];
  try {
    for (const measure of chosen) {
      const log = (text) => console.error(`  ${measure.name}: ${text}`);
      const begun = loadAverage();
      const result = await measure.run({ quick: options.quick, rounds, out, litestream, log });
      const text = section(measure, {
        ...result,
        rounds,
        load: `${begun} before, ${loadAverage()} after`,
      });
      rows.push(...result.rows);
      sections.push(text);
      console.log(`\n${text}`);
    }
  } finally {
    if (!options.keep) rmSync(out, { recursive: true, force: true });
  }
  console.log(`\n${goals(rows)}`);
  const order = MEASURES.map(({ title }) => title);
  if (!options.quick && rounds >= 3) await writeDocs({ rows, sections, facts, order });
}

function choose(only) {
  if (only === undefined) return MEASURES;
  return only.split(',').map((name) => {
    const found = MEASURES.find((measure) => measure.name === name);
    if (!found) throw new Error(`There is no measure "${name}". ${HELP}`);
    return found;
  });
}

function loadAverage() {
  return os.loadavg()[0].toFixed(1);
}
