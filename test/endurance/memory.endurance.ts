import { measure } from '../memory/measure';

const ABOVE_SMALL_KIB = 48 * 1024;

it('the memory of a first snapshot and of a restore does not grow with a database of 1 GB', async () => {
  const small = await measure(10);
  const large = await measure(1_000);
  const above = {
    adoption: large.adoption.maxRss - small.adoption.maxRss,
    restore: large.restore.maxRss - small.restore.maxRss,
  };
  process.stdout.write(`KiB above 10 MB at 1 GB: ${JSON.stringify(above)}\n`);
  expect(large.restore.bytes).toBeGreaterThan(1e9);
  expect(Math.max(above.adoption, above.restore)).toBeLessThanOrEqual(ABOVE_SMALL_KIB);
});
