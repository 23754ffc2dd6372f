import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

const ROOT = join(__dirname, '..', '..');

it('docs/cost.md has the prices of libs/storage/prices.ts (node scripts/cost-table.mjs writes them)', () => {
  const run = [join(ROOT, 'scripts/cost-table.mjs'), '--check'];
  execFileSync(process.execPath, run, { stdio: 'pipe' });
});
