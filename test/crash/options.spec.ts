import { readOptions } from './options';

describe('readOptions', () => {
  it('takes what is given, and a new seed where none is', () => {
    const given = readOptions(['--lives', '7', '--seed', '42', '--keep-disk']);
    expect(given).toEqual({ lives: 7, seed: 42, keepDisk: true, help: false });
    expect(readOptions([])).toMatchObject({ lives: 20, keepDisk: false });
    expect(readOptions([]).seed).not.toBe(readOptions([]).seed);
  });

  it.each([[['--lives', '0']], [['--lives', '1e3']], [['--seed', '-1']], [['--live', '3']]])(
    'refuses %j',
    (args) => {
      expect(() => readOptions(args)).toThrow();
    },
  );
});
