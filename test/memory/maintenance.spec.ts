import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { makePlaces } from '../replica/places';
import type { MaintenanceReport } from './maintenance.child';

const REGISTER = join(__dirname, '../setup/swc-register.cjs');
const ABOVE_SMALL_KIB = 48 * 1024;
const run = promisify(execFile);

async function measure(megabytes: number): Promise<MaintenanceReport> {
  const places = makePlaces();
  try {
    const script = join(__dirname, 'maintenance.child.ts');
    const { stdout } = await run(
      process.execPath,
      ['--require', REGISTER, script, places.replica, String(megabytes)],
      // Jest's own options would load the compiler twice.
      { env: { ...process.env, NODE_OPTIONS: `--require "${REGISTER}"` } },
    );
    return JSON.parse(stdout) as MaintenanceReport;
  } finally {
    places.remove();
  }
}

describe('The memory of maintenance, measured on processes of their own', () => {
  it('does not grow with the files it folds, stores and reads back', async () => {
    const small = await measure(10);
    const large = await measure(128);
    expect(large.bytes).toBeGreaterThan(100e6);
    const above = large.maxRss - small.maxRss;
    process.stdout.write(
      `maintenance: ${large.maxRss} KiB at 128 MB, ${above} KiB above that of 10 MB\n`,
    );
    expect(above).toBeLessThanOrEqual(ABOVE_SMALL_KIB);
  }, 180_000);
});
