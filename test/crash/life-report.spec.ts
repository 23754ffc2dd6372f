import { failuresOf, isCounting, type LifeReport } from './life-report';

const pages = { kind: 'equal', pages: 3, restarts: 0, behindHead: false } as const;
const GOOD: LifeReport = {
  life: 1,
  disk: 'wiped',
  origin: 'restored',
  readyMs: 900,
  livedMs: 2_000,
  early: false,
  acknowledged: 100,
  refused: 10,
  inFlight: 1,
  shown: 0,
  shownEarly: 0,
  broken: 0,
  pages,
  lost: [],
  problems: [],
};
const EARLY: LifeReport = { ...GOOD, early: true, readyMs: null, acknowledged: 0, inFlight: 0 };

describe('A life counts', () => {
  it('with a hundred acknowledged writes and one in flight, or killed before it was ready', () => {
    expect(isCounting(GOOD)).toBe(true);
    expect(isCounting({ ...GOOD, acknowledged: 99 })).toBe(false);
    expect(isCounting({ ...GOOD, inFlight: 0 })).toBe(false);
    expect(isCounting(EARLY)).toBe(true);
    expect(isCounting({ ...EARLY, readyMs: 900 })).toBe(false);
  });
});

describe('A run', () => {
  const nine = Array.from({ length: 9 }, () => GOOD);

  it('passes with nine of ten lives that count, and fails with fewer', () => {
    const idle = { ...GOOD, acknowledged: 3 };
    expect(failuresOf([...nine, idle])).toEqual([]);
    expect(failuresOf([...nine.slice(1), idle, idle])).toEqual(['only 8 of 10 lives count']);
  });

  it('fails for anything lost, any page, any answer that should not have been', () => {
    const lost = { ...GOOD, life: 2, lost: ['user "a" is gone'] };
    expect(failuresOf([...nine, lost])).toEqual(['life 2, lost: user "a" is gone']);
    const different = { kind: 'different', reason: '1 page' } as const;
    expect(failuresOf([...nine, { ...GOOD, pages: different }])).toHaveLength(1);
    expect(failuresOf([...nine, { ...GOOD, problems: ['503'] }])).toHaveLength(1);
  });

  it('fails if the pages of most lives could not be compared', () => {
    const skipped = { ...GOOD, pages: { kind: 'skipped', reason: 'no file' } } as const;
    expect(failuresOf([GOOD, skipped])).toHaveLength(1);
    expect(failuresOf([GOOD, GOOD, skipped])).toEqual([]);
  });
});
