import { mkdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { alternate } from '../lib/alternate.mjs';
import { runChild } from '../lib/child.mjs';
import { digits, median, medians } from '../lib/figures.mjs';
import { row, table } from '../lib/rows.mjs';
import { startS3 } from '../lib/s3-server.mjs';
import { sample } from '../lib/samples.mjs';

const LATENCY_MS = 20;
const HOUR = 3_600;
const DAY = 24 * HOUR;

export const compacted = {
  name: 'compacted',
  title: 'A replica after a day of one commit a second',
  about: `A database of 100 MB, a commit a second for a day (every other one changes a row somewhere, the rest append), maintenance every half minute with the defaults. Restored from the project's S3 server on loopback, where every request takes ${LATENCY_MS} ms; beside it, the restore of a first snapshot of the same database. Requests are those of the whole day, their price that of Amazon S3.`,
  async run(context) {
    const [megabytes, seconds] = context.quick ? [20, HOUR] : [100, DAY];
    const source = await sample(megabytes, context);
    const folder = path.join(context.out, 'day');
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
    const server = await startS3({ root: path.join(folder, 's3') });
    try {
      const endpoint = server.url;
      context.log(`living ${seconds} s`);
      const input = { source, endpoint, seconds, folder };
      const day = await runChild('day', input, { timeoutMs: 3_600_000 });
      await server.latency(LATENCY_MS);
      const measure = (way, target) =>
        runChild('restore-s3', { endpoint, way, target: path.join(target, 'restored.db') });
      const results = await alternate(['day', 'fresh'], context.rounds, measure, context);
      return report(day, results);
    } finally {
      await server.close();
      rmSync(folder, { recursive: true, force: true });
    }
  },
};

function report({ objects, requests, dollars }, results) {
  const seconds = (way) => medians(results.get(way)).ms / 1_000;
  const [compact, fresh] = [seconds('day'), seconds('fresh')];
  const ratio = median(results.get('day').map(({ ms }, at) => ms / results.get('fresh')[at].ms));
  return {
    rows: [
      row('restore after a day', compact, 's'),
      row('restore of a first snapshot of the same size', fresh, 's'),
      row('restore after a day over that of a first snapshot', ratio, 'x', { atMost: 1.5 }),
      row('objects after a day', objects, ''),
      row('requests of a day', requests, ''),
      row('price of the requests of a day', dollars, '$'),
    ],
    tables: [
      table(
        ['objects', 'requests a day', '$ a day', 'restore, s', 'first snapshot, s', 'ratio'],
        [[objects, requests, dollars, compact, fresh, ratio].map(digits)],
      ),
    ],
  };
}
