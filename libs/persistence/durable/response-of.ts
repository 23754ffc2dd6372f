import type { ServerResponse } from 'node:http';
import type { ExecutionContext } from '@nestjs/common';

/** Of Express; of Fastify with the response of Node in `raw`. */
type FrameworkResponse = ServerResponse & { readonly raw?: ServerResponse };

/** What GraphQL servers hand to resolvers: where the request came in, in one of the usual places. */
interface GraphQlContext {
  readonly res?: FrameworkResponse;
  readonly reply?: FrameworkResponse;
  readonly req?: { readonly res?: FrameworkResponse };
}

/** Node's response that answers what the handler is called for; undefined where it is called for no HTTP request. */
export function responseOf(context: ExecutionContext): ServerResponse | undefined {
  const response = frameworkResponse(context);
  const raw = response?.raw ?? response;
  return typeof raw?.writeHead === 'function' ? raw : undefined;
}

function frameworkResponse(context: ExecutionContext): FrameworkResponse | undefined {
  const type: string = context.getType();
  if (type === 'http') return context.switchToHttp().getResponse();
  if (type !== 'graphql') return undefined;
  const { res, reply, req } = context.getArgByIndex<GraphQlContext | undefined>(2) ?? {};
  return res ?? reply ?? req?.res;
}
