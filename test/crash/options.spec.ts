import { readOptions } from './options';

describe('readOptions', () => {
  it('takes what is given, and a new seed where none is', () => {
    const given = readOptions([
      '--store',
      's3',
      '--lives',
      '7',
      '--seed',
      '42',
      '--keep-disk',
      '--durability',
      'confirmed',
    ]);
    expect(given).toEqual({
      store: 's3',
      server: undefined,
      durability: 'confirmed',
      lives: 7,
      seed: 42,
      keepDisk: true,
      help: false,
    });
    expect(readOptions([])).toMatchObject({
      store: 'directory',
      durability: 'async',
      lives: 20,
      keepDisk: false,
    });
    expect(readOptions([]).seed).not.toBe(readOptions([]).seed);
  });

  it.each([
    [['--lives', '0']],
    [['--lives', '1e3']],
    [['--seed', '-1']],
    [['--live', '3']],
    [['--store', 'ftp']],
    [['--durability', 'yes']],
    [['--server', 'versitygw']],
    [['--store', 's3', '--server', 'ftp']],
  ])('refuses %j', (args) => {
    expect(() => readOptions(args)).toThrow();
  });
});
