import { type ArgumentsHost, Catch, type ExceptionFilter, Logger } from '@nestjs/common';
import type { HttpAdapterHost } from '@nestjs/core';
import { PersistenceError } from 'nestjs-persistence';
import type { Refusal } from './refusal';

/**
 * Answers what the persistence module refuses: 503 with code and hint where another try or another instance can
 * succeed, 500 otherwise. What is for whoever writes the app stays in the log: it may name a local path or a line of code.
 */
@Catch(PersistenceError)
export class PersistenceErrorFilter implements ExceptionFilter<PersistenceError> {
  private readonly logger = new Logger(PersistenceErrorFilter.name);

  constructor(private readonly adapterHost: HttpAdapterHost) {}

  catch(error: PersistenceError, host: ArgumentsHost): void {
    const refusal = refusalOf(error);
    if (refusal.message !== error.message) this.logger.error(error.toString());
    const response: unknown = host.switchToHttp().getResponse();
    this.adapterHost.httpAdapter.reply(response, refusal, refusal.statusCode);
  }
}

/** Of waiting for somebody else's transaction: the message names the line that began it. */
const WAITED_IN_VAIN: readonly string[] = ['TRANSACTION_WAIT_TIMEOUT', 'TRANSACTION_LOST'];

/** What is answered to an error of the persistence module. */
function refusalOf({ code, kind, message, hint }: PersistenceError): Refusal {
  if (WAITED_IN_VAIN.includes(code)) {
    return {
      statusCode: 503,
      code,
      message: 'Others kept the database busy for too long.',
      hint: 'Nothing was written. Send the request again in a moment.',
    };
  }
  return kind === 'retry' || kind === 'fenced'
    ? { statusCode: 503, code, message, hint }
    : { statusCode: 500, code, message: 'The database cannot be written.', hint };
}
