// oxlint-disable promise/valid-params -- this catch() is a method of a filter, not of a promise
import { type ArgumentsHost, Catch, ServiceUnavailableException } from '@nestjs/common';
import { BaseExceptionFilter } from '@nestjs/core';
import { QueryFailedError } from 'typeorm';
import type { Refusal } from './refusal';
import { isBusy } from './sqlite-code';

const BUSY: Refusal = {
  statusCode: 503,
  code: 'DATABASE_BUSY',
  message: 'Somebody else was writing to the database.',
  hint: 'Nothing was written. Send the request again in a moment.',
};

/** A database that another process keeps locked is a 503: another try can succeed. What else SQLite refuses is Nest's. */
@Catch(QueryFailedError)
export class DatabaseBusyFilter extends BaseExceptionFilter<Error> {
  override catch(error: QueryFailedError, host: ArgumentsHost): void {
    super.catch(isBusy(error) ? new ServiceUnavailableException(BUSY) : error, host);
  }
}
