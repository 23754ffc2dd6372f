import { createHash, timingSafeEqual } from 'node:crypto';
import { type CanActivate, type ExecutionContext, UnauthorizedException } from '@nestjs/common';

interface HttpRequest {
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}

/** Of Express and of Fastify alike. */
interface HttpResponse {
  header(name: string, value: string): unknown;
}

/** Lets a request through that carries `Authorization: Bearer <token>`. To any other it says nothing but 401. */
export class TokenGuard implements CanActivate {
  readonly #digest: Buffer;

  constructor(token: string) {
    this.#digest = digestOf(token);
  }

  canActivate(context: ExecutionContext): boolean {
    const http = context.switchToHttp();
    const { authorization } = http.getRequest<HttpRequest>().headers;
    const given = typeof authorization === 'string' ? /^Bearer +(.+)$/i.exec(authorization) : null;
    // Digests have one length, so that the comparison takes the same time whatever was sent.
    if (timingSafeEqual(digestOf(given?.[1] ?? ''), this.#digest)) return true;
    http.getResponse<HttpResponse>().header('WWW-Authenticate', 'Bearer');
    throw new UnauthorizedException();
  }
}

function digestOf(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
