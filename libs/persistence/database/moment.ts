import { PersistenceError } from '../../errors';

/** A moment as callers name it: ISO 8601 with a time zone, a Date, or ms since 1970. */
export type Moment = string | number | Date;

const ISO = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:\d{2}))?$/i;
/** What a Date can hold. */
const MAX_MS = 8.64e15;

/** ms since 1970, or OPTION_INVALID naming `option`. A time without its zone is refused: hosts disagree about what it means. */
export function momentMs(option: string, value: unknown): number {
  const ms =
    value instanceof Date ? value.getTime() : typeof value === 'string' ? parse(value) : value;
  if (typeof ms === 'number' && Math.abs(ms) <= MAX_MS) return ms;
  throw new PersistenceError('OPTION_INVALID', `"${option}" is no moment in time.`, {
    hint: `Write a date with its time zone, for example 2026-11-21T10:00:00Z or 2026-11-21T11:00:00+01:00.`,
  });
}

function parse(text: string): number {
  const iso = text.trim().replace(' ', 'T');
  return ISO.test(iso) ? Date.parse(iso) : Number.NaN;
}
