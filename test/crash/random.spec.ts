import { Random } from './random';

describe('Random', () => {
  const draw = (random: Random) => Array.from({ length: 5 }, () => random.int(1, 1_000_000));

  it('gives the same numbers for the same seed and label, and others for others', () => {
    const first = draw(new Random('1').fork('life 1'));
    expect(draw(new Random('1').fork('life 1'))).toEqual(first);
    expect(draw(new Random('1').fork('life 2'))).not.toEqual(first);
    expect(draw(new Random('2').fork('life 1'))).not.toEqual(first);
  });

  it('does not let one part of a run change the numbers of another', () => {
    const random = new Random('1');
    const before = draw(random.fork('load'));
    draw(random);
    expect(draw(random.fork('load'))).toEqual(before);
  });

  it('stays within its bounds and reaches both', () => {
    const random = new Random('1');
    const seen = new Set(Array.from({ length: 500 }, () => random.int(3, 6)));
    expect([...seen].toSorted((a, b) => a - b)).toEqual([3, 4, 5, 6]);
  });
});
