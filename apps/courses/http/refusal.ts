import {
  ConflictException,
  type HttpException,
  NotFoundException,
  ServiceUnavailableException,
} from '@nestjs/common';

/** The body of every refusal: a stable code for programs, a sentence and what to do for people. */
export interface Refusal {
  readonly statusCode: number;
  readonly code: string;
  readonly message: string;
  readonly hint?: string;
}

/** 404: the address names something that is not there. */
export function notFound(code: string, message: string): HttpException {
  return new NotFoundException({ statusCode: 404, code, message } satisfies Refusal);
}

/** 409: it is there already. */
export function conflict(code: string, message: string): HttpException {
  return new ConflictException({ statusCode: 409, code, message } satisfies Refusal);
}

/** 503: the same request may succeed later. */
export function unavailable(code: string, message: string, hint: string): HttpException {
  return new ServiceUnavailableException({
    statusCode: 503,
    code,
    message,
    hint,
  } satisfies Refusal);
}
