import { ConflictException, type HttpException, NotFoundException } from '@nestjs/common';

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
