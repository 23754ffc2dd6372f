import {
  type CallHandler,
  type ExecutionContext,
  HttpException,
  type NestInterceptor,
} from '@nestjs/common';
import { catchError, concatMap, from, map, type Observable } from 'rxjs';
import { isPersistenceError, type PersistenceError } from '../../errors';
import type { DatabaseLife } from '../database/database-life';

/** A request that promises nothing is held no longer than this: among them is the platform's own probe. */
const SAFE_WAIT_MS = 500;

const SAFE_METHODS = ['GET', 'HEAD', 'OPTIONS'];

/**
 * For platforms that freeze the process behind an answer: no timer of ours would run before the next request, which may
 * never come. So the answer, an error too, leaves when everything committed before it is stored. A write that could not be
 * stored in time is answered with 503; it is in the local file, and stored later if that survives.
 *
 * It lies around the other interceptors of the app (see `StoreBeforeAnswerModule`). Not held is what handlers send by
 * themselves (`@Res()`), what middleware and guards answer, and what an exception filter commits.
 */
export class StoreBeforeAnswerInterceptor implements NestInterceptor {
  constructor(private readonly life: DatabaseLife) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const { platform } = this.life.settings;
    if (platform === null || !platform.freezes || !this.life.replicated) return next.handle();
    const stored = () => from(this.#store(context));
    return next.handle().pipe(
      catchError((error: unknown) =>
        stored().pipe(
          map(() => {
            throw error;
          }),
        ),
      ),
      concatMap((answer) => stored().pipe(map(() => answer))),
    );
  }

  async #store(context: ExecutionContext): Promise<void> {
    if (isSafe(context)) {
      await withinSafeWait(this.life.flush().catch(() => undefined));
      return;
    }
    try {
      await this.life.flush();
    } catch (error) {
      if (context.getType() !== 'http' || !isPersistenceError(error)) throw error;
      throw unavailable(error, (text) => this.life.redact(text));
    }
  }
}

function isSafe(context: ExecutionContext): boolean {
  if (context.getType() !== 'http') return false;
  const { method } = context.switchToHttp().getRequest<{ method?: string }>();
  return SAFE_METHODS.includes(method ?? '');
}

async function withinSafeWait(flushed: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const enough = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, SAFE_WAIT_MS);
  });
  await Promise.race([flushed, enough]);
  clearTimeout(timer);
}

/** What a client may read: no path of the host. */
function unavailable(error: PersistenceError, redact: (text: string) => string): HttpException {
  const { code } = error;
  const body = { statusCode: 503, code, message: redact(error.message), hint: redact(error.hint) };
  return new HttpException(body, 503, { cause: error });
}
