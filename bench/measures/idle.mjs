import { mkdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { runChild } from '../lib/child.mjs';
import { digits, median, medians } from '../lib/figures.mjs';
import { row, table } from '../lib/rows.mjs';

export const idle = {
  name: 'idle',
  title: 'An idle app',
  about:
    'An app that wrote once and then does nothing, minutes 2 to 4 after that, with and without the module: as many pairs as rounds, side by side.',
  async run(context) {
    const window = context.quick
      ? { fromSeconds: 5, toSeconds: 15 }
      : { fromSeconds: 120, toSeconds: 240 };
    const pairs = await Promise.all(
      Array.from({ length: context.rounds }, (_, i) => pair(context, i, window)),
    );
    return report(pairs);
  },
};

/** Both at the same time. */
async function pair(context, i, window) {
  const [without, withModule] = await Promise.all([
    runs(context, `${i}-without`, { withModule: false, ...window }),
    runs(context, `${i}-with`, { withModule: true, ...window }),
  ]);
  return { without, withModule };
}

async function runs({ out }, name, input) {
  const folder = path.join(out, `idle-${name}`);
  mkdirSync(folder, { recursive: true });
  try {
    return await runChild('idle', { folder, ...input });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function report(pairs) {
  const without = medians(pairs.map((each) => each.without)).cpuPercent;
  const withModule = medians(pairs.map((each) => each.withModule)).cpuPercent;
  const above = median(pairs.map((each) => each.withModule.cpuPercent - each.without.cpuPercent));
  const made = Math.max(...pairs.map((each) => each.withModule.requests));
  return {
    rows: [
      row('idle CPU without', without, '% of a core'),
      row('idle CPU with', withModule, '% of a core'),
      row('idle CPU above the app without the module', above, '% of a core', { atMost: 0.5 }),
      row('idle requests to the store', made, 'requests', { atMost: 0 }),
    ],
    tables: [
      table(
        ['CPU without, %', 'CPU with, %', 'difference, %', 'requests'],
        [[digits(without), digits(withModule), digits(above), made]],
      ),
    ],
  };
}
