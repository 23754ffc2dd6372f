import fc from 'fast-check';
import { isPersistenceError, type PersistenceError } from '../../errors';
import { memory } from '../storage/storage-choice';
import { checkName, checkOptions, KNOWN_OPTIONS } from './options.schema';

function refusal(options: unknown): PersistenceError {
  try {
    checkOptions(options);
  } catch (error) {
    if (isPersistenceError(error)) return error;
    throw error;
  }
  throw new Error('The options were accepted.');
}

describe('the options of the module', () => {
  it('are all optional', () => {
    expect(checkOptions({})).toEqual({});
  });

  it('come back as they were given, trimmed', () => {
    const storage = memory();
    const options = { name: 'orders', database: ' ./x.db ', storage, flushTimeoutMs: 5 };
    expect(checkOptions(options)).toEqual({ ...options, database: './x.db' });
    expect(checkOptions(options).storage).toBe(storage);
  });

  it.each([
    ['flushTimeout', 'flushTimeoutMs'],
    ['publishIntervalMS', 'publishIntervalMs'],
    ['databse', 'database'],
    ['store', 'storage'],
  ])('say for the unknown option %s that %s was probably meant', (given, meant) => {
    const error = refusal({ [given]: 1 });
    expect(error).toMatchObject({ code: 'OPTION_UNKNOWN', kind: 'configure' });
    expect(error.message).toContain(`"${given}"`);
    expect(error.hint).toContain(`Did you mean "${meant}"?`);
  });

  it('list what is known where nothing is near', () => {
    const { hint } = refusal({ replicationFactor: 3 });
    expect(hint).not.toContain('Did you mean');
    for (const known of KNOWN_OPTIONS) expect(hint).toContain(known);
  });

  it.each([
    [{ flushTimeoutMs: '10s' }, '"flushTimeoutMs"', 'number of milliseconds'],
    [{ flushTimeoutMs: 0 }, '"flushTimeoutMs"', 'at least 1 ms'],
    [{ publishIntervalMs: 1.5 }, '"publishIntervalMs"', 'whole number'],
    [{ lagMaxMs: Number.NaN }, '"lagMaxMs"', 'number'],
    [{ enabled: 'yes' }, '"enabled"', 'true or false'],
    [{ verify: 'none' }, '"verify"', '"quick" or "full"'],
    [{ database: ' ' }, '"database"', 'empty'],
    [{ storage: 's3' }, '"storage"', 'directory({ path })'],
    [{ storage: { path: '/x' } }, '"storage"', 'ObjectStore'],
    [{ name: 'My App' }, '"name"', 'lower-case'],
    [{ name: '../x' }, '"name"', 'lower-case'],
    ['x', 'options', 'object'],
    [null, 'options', 'object'],
    // What Nest hands on where the app's own factory has failed: never a reason to go on with defaults.
    [undefined, 'options', 'object'],
  ])('refuse %j', (options, named, why) => {
    const error = refusal(options);
    expect(error.code).toBe('OPTION_INVALID');
    expect(error.message).toContain(named);
    expect(error.message).toContain(why);
  });

  it('refuse whatever else is thrown at them with a code, never with an accident', () => {
    fc.assert(
      fc.property(fc.anything(), fc.constantFrom(...KNOWN_OPTIONS, 'other'), (value, option) => {
        try {
          checkOptions({ [option]: value });
        } catch (error) {
          expect(isPersistenceError(error, 'OPTION_INVALID', 'OPTION_UNKNOWN')).toBe(true);
        }
      }),
    );
  });

  it('give the name app to a database without one', () => {
    expect(checkName(undefined)).toBe('app');
    expect(() => checkName(7)).toThrow('"name"');
  });
});
