import { measure, type Measured } from './measure';

const ABOVE_SMALL_KIB = 48 * 1024;

describe('The memory of a start, measured on processes of their own', () => {
  let small: Measured;
  let large: Measured;

  beforeAll(async () => {
    small = await measure(10);
    large = await measure(128);
  }, 180_000);

  it.each([
    ['a first snapshot', 'adoption', 'adopted'],
    ['a restore', 'restore', 'restored'],
  ] as const)('does not grow with the database in %s', (name, phase, origin) => {
    expect([small[phase].origin, large[phase].origin]).toEqual([origin, origin]);
    expect(large[phase].bytes).toBeGreaterThan(128e6);
    const above = large[phase].maxRss - small[phase].maxRss;
    process.stdout.write(
      `${name}: ${large[phase].maxRss} KiB at 128 MB, ${above} KiB above that of 10 MB\n`,
    );
    expect(above).toBeLessThanOrEqual(ABOVE_SMALL_KIB);
  });
});
