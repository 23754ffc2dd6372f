import { type ArgumentsHost, Catch, type ExceptionFilter, Logger } from '@nestjs/common';
import type { HttpAdapterHost } from '@nestjs/core';
import { PersistenceError, type PersistenceStatus, type SyncService } from 'nestjs-persistence';
import { QueryFailedError } from 'typeorm';
import { refusalOf } from './persistence-error.filter';
import type { Refusal } from './refusal';
import { isBusy, sqliteCode } from './sqlite-code';

/** Answers what SQLite refuses and no handler has explained: 503 where another try or another instance can succeed. */
@Catch(QueryFailedError)
export class QueryFailedFilter implements ExceptionFilter<QueryFailedError> {
  private readonly logger = new Logger(QueryFailedFilter.name);

  constructor(
    private readonly adapterHost: HttpAdapterHost,
    private readonly sync: SyncService,
  ) {}

  catch(error: QueryFailedError, host: ArgumentsHost): void {
    const refusal = explained(error, this.sync.status().role) ?? UNEXPLAINED;
    if (refusal === UNEXPLAINED) this.logger.error(error.message, error.stack);
    const response: unknown = host.switchToHttp().getResponse();
    this.adapterHost.httpAdapter.reply(response, refusal, refusal.statusCode);
  }
}

const UNEXPLAINED: Refusal = {
  statusCode: 500,
  code: 'QUERY_FAILED',
  message: 'The database refused a statement of the app.',
};

/**
 * An instance that is fenced or closing has a read-only connection, so that a write fails before it is committed
 * locally. SQLite can only say that the database is read-only; the role of the instance says why.
 */
function explained(error: QueryFailedError, role: PersistenceStatus['role']): Refusal | undefined {
  if (isBusy(error)) {
    return {
      statusCode: 503,
      code: 'DATABASE_BUSY',
      message: 'Somebody else was writing to the database.',
      hint: 'Nothing was written. Send the request again in a moment.',
    };
  }
  if (sqliteCode(error) !== 'SQLITE_READONLY') return undefined;
  if (role === 'fenced') {
    return refusalOf(
      new PersistenceError(
        'REPLICA_FENCED',
        'This instance does not own the database any more; nothing was written.',
      ),
    );
  }
  return role === 'stopped'
    ? refusalOf(
        new PersistenceError('SHUTTING_DOWN', 'This instance is closing; nothing was written.'),
      )
    : undefined;
}
