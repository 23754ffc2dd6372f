import { type CanActivate, type ExecutionContext, Inject, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { PersistenceError } from '../../errors';
import { DURABLE } from './durable.decorator';
import { markDurable } from './response-gate';
import { responseOf } from './response-of';

/** Tells the gate what `@Durable()` says of the handler. A guard, because guards run before all that could refuse, but middleware. */
@Injectable()
export class DurableGuard implements CanActivate {
  constructor(@Inject(Reflector) private readonly reflector: Reflector) {}

  canActivate(context: ExecutionContext): true {
    const durable = this.reflector.getAllAndOverride<boolean | undefined>(DURABLE, [
      context.getHandler(),
      context.getClass(),
    ]);
    if (durable === undefined) return true;
    const response = responseOf(context);
    if (response !== undefined) markDurable(response, durable);
    else if (durable) throw cannotWait(context);
    return true;
  }
}

/** Better no answer than one that breaks its promise. */
function cannotWait(context: ExecutionContext): PersistenceError {
  const handler = `${context.getClass().name}.${context.getHandler().name}()`;
  return new PersistenceError(
    'NOT_SUPPORTED_YET',
    `@Durable() holds answers over HTTP, and ${handler} was called by other means (${context.getType<string>()}).`,
    {
      hint: 'Take @Durable() off it, and await sync.flush() or sync.transaction(...) before it answers. In GraphQL, put the response into the context: context: ({ req, res }) => ({ req, res }).',
    },
  );
}
