// oxlint-disable promise/valid-params -- this catch() is a method of a filter, not of a promise
import { type ArgumentsHost, Catch, ServiceUnavailableException } from '@nestjs/common';
import { BaseExceptionFilter } from '@nestjs/core';
import { PersistenceError } from 'nestjs-persistence';
import { QueryFailedError } from 'typeorm';

/** Answers 503 where another instance, or another try, can succeed; all other errors as Nest does. */
@Catch(PersistenceError, QueryFailedError)
export class DatabaseRefusedFilter extends BaseExceptionFilter {
  override catch(error: PersistenceError | QueryFailedError, host: ArgumentsHost) {
    super.catch(this.refusal(error) ?? error, host);
  }

  private refusal(error: PersistenceError | QueryFailedError) {
    if (error instanceof PersistenceError) {
      const { code, kind, message, hint } = error;
      if (kind !== 'retry' && kind !== 'fenced') return undefined; // a message may name a local path
      return new ServiceUnavailableException({ statusCode: 503, code, message, hint });
    }
    // After a takeover, and while the app closes, SQLite itself refuses to write.
    const { code } = error.driverError as { code?: unknown };
    if (code !== 'SQLITE_READONLY') return undefined;
    const message =
      'Another instance has the database, or this one is closing. Nothing was written.';
    return new ServiceUnavailableException({ statusCode: 503, code, message });
  }
}
