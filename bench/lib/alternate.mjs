import { mkdtempSync, rmSync } from 'node:fs';
import path from 'node:path';

/**
 * Runs every way once, then all again, `rounds` times (A B C A B C ...), so that a slow minute of the machine hits all of
 * them. `measure(way, folder)` gets an empty folder for each run. Resolves to the results of each way, in order.
 */
export async function alternate(ways, rounds, measure, { out, log }) {
  const results = new Map(ways.map((way) => [way, []]));
  for (let round = 1; round <= rounds; round++) {
    for (const way of ways) {
      const folder = mkdtempSync(path.join(out, 'run-'));
      try {
        results.get(way).push(await measure(way, folder));
      } finally {
        rmSync(folder, { recursive: true, force: true });
      }
    }
    log(`round ${round} of ${rounds}`);
  }
  return results;
}
