import type { ServerResponse } from 'node:http';
import { type CanActivate, type ExecutionContext, Inject, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { DURABLE } from './durable.decorator';
import { markDurable } from './response-gate';

/** Of Express; of Fastify with the response of Node in `raw`. */
type FrameworkResponse = ServerResponse & { readonly raw?: ServerResponse };

/** Tells the gate what `@Durable()` says of the handler. A guard, because guards run before all that could refuse, but middleware. */
@Injectable()
export class DurableGuard implements CanActivate {
  constructor(@Inject(Reflector) private readonly reflector: Reflector) {}

  canActivate(context: ExecutionContext): true {
    if (context.getType() !== 'http') return true;
    const durable = this.reflector.getAllAndOverride<boolean | undefined>(DURABLE, [
      context.getHandler(),
      context.getClass(),
    ]);
    if (durable === undefined) return true;
    const response = context.switchToHttp().getResponse<FrameworkResponse>();
    markDurable(response.raw ?? response, durable);
    return true;
  }
}
