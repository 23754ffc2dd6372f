import { type ArgumentsHost, Catch, type ExceptionFilter } from '@nestjs/common';
import type { HttpAdapterHost } from '@nestjs/core';

export class Teapot extends Error {}

/** An app's own answer to an error of its own. */
@Catch(Teapot)
export class TeapotFilter implements ExceptionFilter<Teapot> {
  constructor(private readonly adapterHost: HttpAdapterHost) {}

  catch(_error: Teapot, host: ArgumentsHost): void {
    const response: unknown = host.switchToHttp().getResponse();
    this.adapterHost.httpAdapter.reply(response, { message: 'I am a teapot' }, 418);
  }
}
