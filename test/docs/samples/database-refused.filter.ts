// oxlint-disable promise/valid-params -- this catch() is a method of a filter, not of a promise
import { type ArgumentsHost, Catch, ServiceUnavailableException } from '@nestjs/common';
import { BaseExceptionFilter } from '@nestjs/core';
import { PersistenceError } from 'nestjs-persistence';

/** Answers 503 where another instance, or another try, can succeed; all other errors as Nest does. */
@Catch(PersistenceError)
export class DatabaseRefusedFilter extends BaseExceptionFilter {
  override catch(error: PersistenceError, host: ArgumentsHost) {
    const { code, kind, hint } = error;
    const passes = kind === 'retry' || kind === 'fenced';
    // The message is for you: it may name a path of the host, or a line of your code.
    const answer = { statusCode: 503, code, message: 'The database cannot do that now.', hint };
    super.catch(passes ? new ServiceUnavailableException(answer) : error, host);
  }
}
