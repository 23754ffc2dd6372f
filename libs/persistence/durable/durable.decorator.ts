import { SetMetadata } from '@nestjs/common';

/** Key of the metadata. */
export const DURABLE = 'nestjs-persistence:durable';

/**
 * Answers of this handler, or of all handlers of the class, leave when everything committed before them is stored in every
 * replicated database of the app; refusals by guards and pipes and what exception filters send likewise. What cannot be
 * confirmed in `confirmTimeoutMs` becomes a 503 (COMMIT_UNCONFIRMED).
 *
 * `@Durable(false)` takes answers out where the whole app waits (`durability: 'confirmed'`): those to probes, which must
 * not fail because the store is away.
 *
 * @example @Durable() @Post() create(@Body() user: NewUser) { return this.users.save(user); }
 */
export const Durable = (durable = true): MethodDecorator & ClassDecorator =>
  SetMetadata(DURABLE, durable);
