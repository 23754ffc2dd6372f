import { HttpException } from '@nestjs/common';
import { isPersistenceError, PersistenceError, type ErrorCode } from '../../errors';
import type { Redact } from '../log/redact';

const STATUS_OF_CODE: Partial<Record<ErrorCode, number>> = {
  OPTION_UNKNOWN: 400,
  OPTION_INVALID: 400,
  RESTORE_POINT_UNKNOWN: 404,
  RESTORE_TARGET_EXISTS: 409,
  RESTORE_UNDER_WAY: 409,
  STORE_NOT_CONFIGURED: 409,
  BACKUP_PLACE_TAKEN: 409,
};

/**
 * A refusal as JSON: code, message and hint, without a path of the host. 400 for what the caller can correct, 404, 409,
 * 503 where another try or another instance can succeed, else 500; an error that is none of ours says nothing.
 */
export function adminError(error: unknown, redact: Redact): HttpException {
  if (error instanceof HttpException) return error;
  const known = isPersistenceError(error)
    ? error
    : new PersistenceError('INTERNAL', 'The request failed.', { cause: error });
  const { code, message, hint } = known;
  const statusCode = statusOf(known);
  const body = { statusCode, code, message: redact(message), hint: redact(hint) };
  return new HttpException(body, statusCode, { cause: error });
}

function statusOf({ code, kind }: PersistenceError): number {
  return STATUS_OF_CODE[code] ?? (kind === 'retry' || kind === 'fenced' ? 503 : 500);
}
