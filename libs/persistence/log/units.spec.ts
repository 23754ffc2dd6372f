import fc from 'fast-check';
import { formatBytes, formatCount, formatDuration } from './units';

describe('units for people', () => {
  it.each([
    [0, '0 B'],
    [999, '999 B'],
    [1_000, '1.0 KB'],
    [12_345, '12 KB'],
    [999_999, '1.0 MB'],
    [1_234_567, '1.2 MB'],
    [5_000_000_000, '5.0 GB'],
  ])('%d bytes are %s', (bytes, text) => expect(formatBytes(bytes)).toBe(text));

  it.each([
    [0, '0 ms'],
    [24.4, '24 ms'],
    [1_300, '1.3 s'],
    [42_000, '42 s'],
    [59_600, '1 min'],
    [200_000, '3 min 20 s'],
    [3_599_900, '1 h'],
    [7_500_000, '2 h 5 min'],
  ])('%d ms are %s', (ms, text) => expect(formatDuration(ms)).toBe(text));

  it('counts have a plural', () => {
    expect(formatCount(1, 'commit')).toBe('1 commit');
    expect(formatCount(1_311, 'commit')).toBe('1,311 commits');
  });

  it('no quantity shows 1,000 of a unit that has a larger one, or 60 of one that is part of another', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 9e14, noNaN: true }), (value) => {
        expect(formatBytes(value)).not.toMatch(/\d{4}/);
        expect(formatDuration(value)).not.toMatch(/\b60 (s|min)\b/);
      }),
    );
  });
});
