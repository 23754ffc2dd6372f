import { inspect } from 'node:util';
import { PersistenceError } from '../../errors';
import type { Redact } from './redact';

/**
 * The same error without folders of the host: an app prints what it could not start with, and what caused it. Where there
 * is nothing to take out it is the very same one; a cause that names a folder is reduced to its text.
 */
export function redactedError(error: PersistenceError, redact: Redact): PersistenceError {
  const { code, key } = error;
  const message = redact(error.message);
  const hint = redact(error.hint);
  const cause = redactedCause(error.cause, redact);
  if (message === error.message && hint === error.hint && cause === error.cause) return error;
  return new PersistenceError(code, message, {
    hint,
    ...(key === undefined ? {} : { key }),
    ...(cause === undefined ? {} : { cause }),
  });
}

function redactedCause(cause: unknown, redact: Redact): unknown {
  const text = typeof cause === 'string' ? cause : inspect(cause);
  const left = redact(text);
  return left === text ? cause : left;
}
