import { databaseEnvironment } from './environment';
import { optionsFromEnvironment } from './options-from-environment';
import { KNOWN_OPTIONS, OPTION_DEFAULTS, OPTION_VARIABLES } from './options.schema';

const from = (variables: Record<string, string>) => (variable: string) => variables[variable];
const read = (variables: Record<string, string>) => optionsFromEnvironment(from(variables), 'app');

describe('options from the environment', () => {
  it('are none where nothing is set', () => {
    expect(read({})).toEqual({});
  });

  it('every option but the name has a variable', () => {
    expect(Object.keys(OPTION_VARIABLES).toSorted()).toEqual(
      KNOWN_OPTIONS.filter((option) => option !== 'name').toSorted(),
    );
  });

  it('every default can be written as a variable, and means the same', () => {
    for (const [option, value] of Object.entries(OPTION_DEFAULTS)) {
      if (option === 'name') continue;
      const variable = OPTION_VARIABLES[option as keyof typeof OPTION_VARIABLES];
      expect(read({ [variable]: String(value) })).toEqual({ [option]: value });
    }
  });

  it.each(['true', '1', 'YES', 'on'])('%s is true', (value) => {
    expect(read({ PERSISTENCE_DRAIN_ON_SIGNAL: value })).toEqual({ drainOnSignal: true });
  });

  it('a number may be written with _', () => {
    expect(read({ PERSISTENCE_LAG_MAX_MS: '60_000' })).toEqual({ lagMaxMs: 60_000 });
  });

  it.each([
    ['30m', '1800000'],
    ['24 h', '86400000'],
    ['250ms', '250'],
  ])('a time with a unit is an error that says what to write: %s', (value, number) => {
    expect(() => read({ PERSISTENCE_BACKUP_INTERVAL_MS: value })).toThrow(
      expect.objectContaining({
        message: expect.stringContaining('PERSISTENCE_BACKUP_INTERVAL_MS must be a number'),
        hint: `Write ${number} for ${value}.`,
      }),
    );
  });

  it.each([
    [{ PERSISTENCE_FLUSH_TIMEOUT_MS: '10s' }, 'PERSISTENCE_FLUSH_TIMEOUT_MS must be a number'],
    [{ PERSISTENCE_FLUSH_TIMEOUT_MS: '0' }, 'PERSISTENCE_FLUSH_TIMEOUT_MS must be at least 1 ms'],
    [{ PERSISTENCE_VERIFY: 'none' }, 'PERSISTENCE_VERIFY must be "quick" or "full"'],
    [{ PERSISTENCE_OWNERSHIP: 'mine' }, 'PERSISTENCE_OWNERSHIP must be "exclusive" or "trusted"'],
    [{ PERSISTENCE_ENABLED: 'maybe' }, 'PERSISTENCE_ENABLED must be true or false'],
    [{ PERSISTENCE_BACKUP_KEEP_COUNT: '-1' }, 'PERSISTENCE_BACKUP_KEEP_COUNT must be a number'],
  ])('%j is an error that names the variable', (variables, message) => {
    expect(() => read(variables as never)).toThrow(
      expect.objectContaining({
        code: 'OPTION_INVALID',
        message: expect.stringContaining(message),
      }),
    );
  });

  it('names the variable as it is called for a named database', () => {
    const environment = from({ PERSISTENCE_VERIFY_ORDERS: 'x' });
    const variables = databaseEnvironment(environment, 'orders');
    expect(() => optionsFromEnvironment(variables, 'orders')).toThrow('PERSISTENCE_VERIFY_ORDERS');
  });
});
