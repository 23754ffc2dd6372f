import { z } from 'zod';
import { PersistenceError } from '../../errors';
import { isStorageOption } from '../storage/storage-choice';
import { DEFAULT_NAME } from './default-name';
import { nearestName } from './nearest-name';
import type { PersistenceOptions } from './persistence-options';

/** What an option is when neither the code nor the environment names it. The only place that says so. */
export const OPTION_DEFAULTS = {
  name: DEFAULT_NAME,
  enabled: true,
  publishIntervalMs: 1_000,
  flushTimeoutMs: 10_000,
  transactionMaxMs: 30_000,
  shutdownTimeoutMs: 8_000,
  lagMaxMs: 60_000,
  drainOnSignal: true,
  verify: 'quick',
} as const;

const HOUR_MS = 3_600_000;

/** A name goes into file names, object keys and variable names, on every system. */
const NAME = /^[a-z][a-z0-9_-]{0,62}$/;

const milliseconds = (min: number, max: number) =>
  z
    .number('must be a number of milliseconds')
    .int('must be a whole number of milliseconds')
    .min(min, `must be at least ${min} ms`)
    .max(max, `must be at most ${max} ms`);

const flag = z.boolean('must be true or false');
const text = z.string('must be a string').trim().min(1, 'must not be empty');

const schema = z
  .strictObject({
    name: z
      .string('must be a string')
      .regex(
        NAME,
        'must begin with a lower-case letter, then lower-case letters, digits, "-" or "_"',
      ),
    enabled: flag,
    database: text,
    storage: z.custom<PersistenceOptions['storage']>(
      isStorageOption,
      'must be directory({ path }), memory(), an ObjectStore or an injectable class that is one',
    ),
    application: text.max(214, 'must have at most 214 characters'),
    publishIntervalMs: milliseconds(0, HOUR_MS),
    flushTimeoutMs: milliseconds(1, HOUR_MS),
    transactionMaxMs: milliseconds(1, HOUR_MS),
    shutdownTimeoutMs: milliseconds(0, HOUR_MS),
    lagMaxMs: milliseconds(1, 24 * HOUR_MS),
    drainOnSignal: flag,
    verify: z.enum(['quick', 'full'], 'must be "quick" or "full"'),
  })
  .partial();

export const KNOWN_OPTIONS: readonly string[] = Object.keys(schema.shape);

/** The options as they may be used, or OPTION_UNKNOWN or OPTION_INVALID naming the first thing wrong. */
export function checkOptions(options: unknown): PersistenceOptions {
  const result = schema.safeParse(options);
  if (result.success) return result.data;
  const issue = result.error.issues[0]!;
  if (issue.code === 'unrecognized_keys') throw unknownOption(issue.keys[0]!);
  const option = issue.path.join('.');
  throw new PersistenceError(
    'OPTION_INVALID',
    option === ''
      ? 'The options of PersistenceModule must be an object, also where a factory makes them.'
      : `The option "${option}" of PersistenceModule ${issue.message}.`,
  );
}

/** A name that tokens can be made of, before anything else of the options is looked at. */
export function checkName(name: unknown): string {
  return checkOptions({ name }).name ?? OPTION_DEFAULTS.name;
}

function unknownOption(option: string): PersistenceError {
  const near = nearestName(option, KNOWN_OPTIONS);
  return new PersistenceError('OPTION_UNKNOWN', `PersistenceModule has no option "${option}".`, {
    hint: `${near === undefined ? '' : `Did you mean "${near}"? `}Known options: ${KNOWN_OPTIONS.join(', ')}.`,
  });
}
