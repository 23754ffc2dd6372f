import { progressLine } from './progress-bar';

describe('A progress line', () => {
  it('says how far it is, in bytes and per second', () => {
    expect(progressLine(1_000_000, 4_000_000, 500)).toBe(
      '[######------------------]  25 %  1.0 MB of 4.0 MB  2.0 MB/s',
    );
  });

  it('is full where there is nothing to do, and knows no rate without time', () => {
    expect(progressLine(0, 0, 0)).toBe('[########################] 100 %  0 B of 0 B');
  });
});
