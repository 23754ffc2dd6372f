import { z } from 'zod';
import { PersistenceError } from '../../errors';
import { MAINTENANCE_DEFAULTS } from '../../replica';
import { isStorageOption } from '../storage/storage-choice';
import { DEFAULT_NAME } from './default-name';
import { nearestName } from './nearest-name';
import type { PersistenceOptions } from './persistence-options';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/**
 * What an option is when neither the code nor the environment names it. The only place that says so, but for what depends
 * on the app or its surroundings (`database`, `storage`, `application`, `deployment`; a platform's shorter
 * `shutdownTimeoutMs`, and `durability` where it freezes the process behind an answer).
 */
export const OPTION_DEFAULTS = {
  name: DEFAULT_NAME,
  enabled: true,
  ownership: 'exclusive',
  publishIntervalMs: 1_000,
  durability: 'async',
  confirmTimeoutMs: 10_000,
  confirmIntervalMs: 0,
  flushTimeoutMs: 10_000,
  transactionMaxMs: 30_000,
  transactionTimeoutMs: 0,
  lockTimeoutMs: 10_000,
  shutdownTimeoutMs: 8_000,
  lagMaxMs: 60_000,
  drainOnSignal: true,
  verify: 'quick',
  ...MAINTENANCE_DEFAULTS,
  backupIntervalMs: 1_800_000,
  backupKeepCount: 7,
  backupKeepMs: 7 * DAY_MS,
} as const;

/** The variable of an option; for a named database it takes the suffix of its name (`_ORDERS`). */
export const OPTION_VARIABLES = {
  enabled: 'PERSISTENCE_ENABLED',
  database: 'DATABASE_PATH',
  storage: 'PERSISTENCE_STORAGE',
  ownership: 'PERSISTENCE_OWNERSHIP',
  application: 'PERSISTENCE_APPLICATION',
  deployment: 'PERSISTENCE_DEPLOYMENT',
  publishIntervalMs: 'PERSISTENCE_PUBLISH_INTERVAL_MS',
  durability: 'PERSISTENCE_DURABILITY',
  confirmTimeoutMs: 'PERSISTENCE_CONFIRM_TIMEOUT_MS',
  confirmIntervalMs: 'PERSISTENCE_CONFIRM_INTERVAL_MS',
  flushTimeoutMs: 'PERSISTENCE_FLUSH_TIMEOUT_MS',
  transactionMaxMs: 'PERSISTENCE_TRANSACTION_MAX_MS',
  transactionTimeoutMs: 'PERSISTENCE_TRANSACTION_TIMEOUT_MS',
  lockTimeoutMs: 'PERSISTENCE_LOCK_TIMEOUT_MS',
  shutdownTimeoutMs: 'PERSISTENCE_SHUTDOWN_TIMEOUT_MS',
  lagMaxMs: 'PERSISTENCE_LAG_MAX_MS',
  drainOnSignal: 'PERSISTENCE_DRAIN_ON_SIGNAL',
  verify: 'PERSISTENCE_VERIFY',
  exactHistoryMs: 'PERSISTENCE_EXACT_HISTORY_MS',
  historyMs: 'PERSISTENCE_HISTORY_MS',
  snapshotEveryMs: 'PERSISTENCE_SNAPSHOT_EVERY_MS',
  backupIntervalMs: 'PERSISTENCE_BACKUP_INTERVAL_MS',
  backupCron: 'PERSISTENCE_BACKUP_CRON',
  backupKeepCount: 'PERSISTENCE_BACKUP_KEEP_COUNT',
  backupKeepMs: 'PERSISTENCE_BACKUP_KEEP_MS',
} as const satisfies Partial<Record<keyof PersistenceOptions, string>>;

/** A name goes into file names, object keys and variable names, on every system. */
const NAME = /^[a-z][a-z0-9_-]{0,62}$/;

/** Above it a Node timer would fire at once. */
const TIMER_MS_MAX = 2 ** 31 - 1;

const milliseconds = (min: number, max: number) =>
  z
    .number('must be a number of milliseconds')
    .int('must be a whole number of milliseconds')
    .min(min, `must be at least ${min} ms`)
    .max(max, `must be at most ${max} ms`);

const flag = z.boolean('must be true or false');
const text = z.string('must be a string').trim().min(1, 'must not be empty');
const oneOf = <const Values extends readonly [string, ...string[]]>(values: Values) =>
  z.enum(values, `must be ${values.map((value) => `"${value}"`).join(' or ')}`);

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
      'must be directory({ path }), memory(), s3({ ... }), azureBlob({ ... }), an ObjectStore or an injectable class that is one',
    ),
    ownership: oneOf(['exclusive', 'trusted']),
    application: text.max(214, 'must have at most 214 characters'),
    deployment: z.string('must be a string').trim().max(63, 'must have at most 63 characters'),
    publishIntervalMs: milliseconds(0, HOUR_MS),
    durability: oneOf(['async', 'confirmed']),
    confirmTimeoutMs: milliseconds(1, HOUR_MS),
    confirmIntervalMs: milliseconds(0, HOUR_MS),
    flushTimeoutMs: milliseconds(1, HOUR_MS),
    transactionMaxMs: milliseconds(1, HOUR_MS),
    transactionTimeoutMs: milliseconds(0, HOUR_MS),
    lockTimeoutMs: milliseconds(1, HOUR_MS),
    shutdownTimeoutMs: milliseconds(0, HOUR_MS),
    lagMaxMs: milliseconds(1, DAY_MS),
    drainOnSignal: flag,
    verify: oneOf(['quick', 'full']),
    exactHistoryMs: milliseconds(60_000, 366 * DAY_MS),
    historyMs: milliseconds(60_000, 3_660 * DAY_MS),
    snapshotEveryMs: milliseconds(60_000, 366 * DAY_MS),
    backupIntervalMs: milliseconds(0, TIMER_MS_MAX),
    backupCron: text.max(100, 'must have at most 100 characters'),
    backupKeepCount: z
      .number('must be a number')
      .int('must be a whole number')
      .min(0, 'must be at least 0')
      .max(10_000, 'must be at most 10000'),
    backupKeepMs: milliseconds(0, 3_660 * DAY_MS),
  })
  .partial();

export const KNOWN_OPTIONS = Object.keys(schema.shape) as readonly (keyof PersistenceOptions)[];

/**
 * The options as they may be used, or OPTION_UNKNOWN or OPTION_INVALID naming the first thing wrong.
 *
 * @param named what to call an option in a message; a variable, where it came from one
 */
export function checkOptions(
  options: unknown,
  named: (option: string) => string = (option) => `The option "${option}" of PersistenceModule`,
): PersistenceOptions {
  const result = schema.safeParse(options);
  if (result.success) return result.data;
  const issue = result.error.issues[0]!;
  if (issue.code === 'unrecognized_keys') throw unknownOption(issue.keys[0]!);
  const option = issue.path.join('.');
  throw new PersistenceError(
    'OPTION_INVALID',
    option === ''
      ? 'The options of PersistenceModule must be an object, also where a factory makes them.'
      : `${named(option)} ${issue.message}.`,
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
