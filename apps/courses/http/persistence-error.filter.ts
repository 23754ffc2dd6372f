import { type ArgumentsHost, Catch, type ExceptionFilter, Logger } from '@nestjs/common';
import type { HttpAdapterHost } from '@nestjs/core';
import { PersistenceError } from 'nestjs-persistence';
import type { Refusal } from './refusal';

/**
 * Answers what the persistence module refuses: 503 with code and hint where another try or another instance can
 * succeed, 500 otherwise. The message of the latter stays in the log, because it may name a local path.
 */
@Catch(PersistenceError)
export class PersistenceErrorFilter implements ExceptionFilter<PersistenceError> {
  private readonly logger = new Logger(PersistenceErrorFilter.name);

  constructor(private readonly adapterHost: HttpAdapterHost) {}

  catch(error: PersistenceError, host: ArgumentsHost): void {
    const refusal = refusalOf(error);
    if (refusal.statusCode === 500) this.logger.error(error.toString());
    const response: unknown = host.switchToHttp().getResponse();
    this.adapterHost.httpAdapter.reply(response, refusal, refusal.statusCode);
  }
}

function refusalOf({ code, kind, message, hint }: PersistenceError): Refusal {
  return kind === 'retry' || kind === 'fenced'
    ? { statusCode: 503, code, message, hint }
    : { statusCode: 500, code, message: 'The database cannot be written.', hint };
}
