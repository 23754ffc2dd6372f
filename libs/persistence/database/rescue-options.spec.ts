import { checkEmergency, checkQuery, checkRestore } from './rescue-options';

describe('What a restore may be asked for', () => {
  it.each([
    '2026-11-21T10:00:00Z',
    '2026-11-21T11:00:00+01:00',
    '2026-11-21 10:00:00Z',
    '2026-11-21T10:00Z',
    new Date('2026-11-21T10:00:00Z'),
    Date.UTC(2026, 10, 21, 10),
  ])('a moment as %s', (at) => {
    expect(checkRestore({ to: 'x.db', at })).toEqual({
      to: 'x.db',
      at: Date.UTC(2026, 10, 21, 10),
    });
  });

  it('keeps the milliseconds of a moment', () => {
    expect(checkRestore({ to: 'x.db', at: '2026-11-21T10:00:00.123Z' }).at! % 1_000).toBe(123);
  });

  // Hosts disagree about what a time without its zone means.
  it.each([
    '2026-11-21T10:00:00',
    'yesterday',
    '21.11.2026',
    '',
    '2026-13-40',
    Number.NaN,
    new Date('x'),
    null,
    {},
  ])('no moment as %s', (at) => {
    expect(() => checkRestore({ to: 'x.db', at: at as never })).toThrow(
      expect.objectContaining({ code: 'OPTION_INVALID' }) as Error,
    );
  });

  it.each([
    [{}, 'OPTION_INVALID'],
    [{ to: '' }, 'OPTION_INVALID'],
    [{ to: 'x.db', txid: 0 }, 'OPTION_INVALID'],
    [{ to: 'x.db', txid: '3' }, 'OPTION_INVALID'],
    [{ to: 'x.db', txid: 3, at: 0 }, 'OPTION_INVALID'],
    [{ to: 'x.db', overwrite: true }, 'OPTION_UNKNOWN'],
    [undefined, 'OPTION_INVALID'],
  ])('refuses to restore with %j', (options, code) => {
    expect(() => checkRestore(options as never)).toThrow(
      expect.objectContaining({ code }) as Error,
    );
  });

  it('refuses pages and rescues that are not what they must be', () => {
    const refused = (check: () => unknown, code: string) =>
      expect(check).toThrow(expect.objectContaining({ code }) as Error);
    refused(() => checkQuery({ limit: 0 }), 'OPTION_INVALID');
    refused(() => checkQuery({ limit: 1_001 }), 'OPTION_INVALID');
    refused(() => checkQuery({ since: 1 } as never), 'OPTION_UNKNOWN');
    refused(() => checkEmergency({ to: 'x.db', txid: 1 } as never), 'OPTION_UNKNOWN');
    refused(() => checkEmergency(undefined as never), 'OPTION_INVALID');
    expect(checkQuery({ from: 5, limit: 1_000 })).toEqual({ from: 5, limit: 1_000 });
  });
});
