import { PersistenceError } from '../../errors';
import { RESTORE_POINTS_MAX } from '../../replica';
import { type Moment, momentMs } from './moment';

/** Which state to restore, and where to. Without `txid` and `at` the newest. */
export interface RestoreOptions {
  /** Path of a file that does not exist. */
  readonly to: string;
  readonly txid?: number;
  /** The newest state from before this moment (exclusive). */
  readonly at?: Moment;
}

export interface RestorePointsQuery {
  /** Inclusive. */
  readonly from?: Moment;
  /** Exclusive: the time of the last point of one page gives the next page. */
  readonly to?: Moment;
  /** 1 to 1,000 (default 100). */
  readonly limit?: number;
}

export interface EmergencyOptions {
  /** Path of a file that does not exist. */
  readonly to: string;
}

export function checkRestore(options: RestoreOptions): { to: string; txid?: number; at?: number } {
  const { to, txid, at } = known('restore', options, ['to', 'txid', 'at']);
  if (txid !== undefined && at !== undefined) {
    throw new PersistenceError('OPTION_INVALID', 'restore() takes "txid" or "at", not both.');
  }
  return {
    to: checkTo('restore', to),
    ...(txid !== undefined && {
      txid: wholeNumber('txid', 'restore', txid, Number.MAX_SAFE_INTEGER),
    }),
    ...(at !== undefined && { at: momentMs('at', at) }),
  };
}

export function checkEmergency(options: EmergencyOptions): { to: string } {
  return { to: checkTo('emergencyRestore', known('emergencyRestore', options, ['to']).to) };
}

export function checkQuery(query: RestorePointsQuery): {
  from?: number;
  to?: number;
  limit?: number;
} {
  const { from, to, limit } = known('restorePoints', query, ['from', 'to', 'limit']);
  return {
    ...(from !== undefined && { from: momentMs('from', from) }),
    ...(to !== undefined && { to: momentMs('to', to) }),
    ...(limit !== undefined && {
      limit: wholeNumber('limit', 'restorePoints', limit, RESTORE_POINTS_MAX),
    }),
  };
}

function known<T extends object>(method: string, options: T, names: readonly string[]): T {
  const extra = Object.keys(options ?? {}).find((name) => !names.includes(name));
  if (extra === undefined) return options ?? ({} as T);
  throw new PersistenceError('OPTION_UNKNOWN', `${method}() has no option "${extra}".`, {
    hint: `Known options: ${names.join(', ')}.`,
  });
}

function checkTo(method: string, to: unknown): string {
  if (typeof to === 'string' && to.trim() !== '') return to;
  throw new PersistenceError('OPTION_INVALID', `${method}() needs "to": the path of a new file.`, {
    hint: `Write ${method}({ to: 'rescued.db' }).`,
  });
}

function wholeNumber(option: string, method: string, value: unknown, max: number): number {
  if (Number.isSafeInteger(value) && (value as number) >= 1 && (value as number) <= max)
    return value as number;
  const limit = max === Number.MAX_SAFE_INTEGER ? '' : ` to ${max}`;
  throw new PersistenceError(
    'OPTION_INVALID',
    `The option "${option}" of ${method}() must be a whole number from 1${limit}.`,
  );
}
