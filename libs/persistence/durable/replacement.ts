import { type IncomingMessage, type ServerResponse, STATUS_CODES } from 'node:http';
import { isPersistenceError } from '../../errors';

/** Of the app's own answer these stay: they say who may read it and how it is found, and nothing about data. */
const KEPT = /^(access-control-.*|vary|strict-transport-security|x-request-id)$/i;

/** An answer in place of one that must not leave. */
export interface Replacement {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | number | readonly string[]>>;
  readonly body: string;
}

/**
 * 503 where nothing was confirmed, 500 where what the answer tells of was rolled back, or where the app made an answer that
 * cannot be sent. No Retry-After: proxies would send the request again, which is committed already.
 *
 * @param given the headers that the app handed to `writeHead`
 */
export function replacementFor(error: unknown, given: readonly HeaderPair[]): Replacement {
  const status = isPersistenceError(error, 'COMMIT_UNCONFIRMED') ? 503 : 500;
  const content = isPersistenceError(error)
    ? { statusCode: status, code: error.code, message: error.message, hint: error.hint }
    : { statusCode: status, message: STATUS_CODES[status] };
  const body = JSON.stringify(content);
  return {
    status,
    headers: {
      ...Object.fromEntries(given.filter(([name]) => KEPT.test(name))),
      'content-type': 'application/json; charset=utf-8',
      'content-length': Buffer.byteLength(body),
      'cache-control': 'no-store',
    },
    body,
  };
}

/** Takes status and headers of the app's answer away; what may stay, stays. */
export function clearAnswer(req: IncomingMessage, res: ServerResponse, status: number): void {
  for (const name of res.getHeaderNames()) if (!KEPT.test(name)) res.removeHeader(name);
  // HTTP/2 has none, and warns.
  if (req.httpVersionMajor < 2) res.statusMessage = STATUS_CODES[status] ?? '';
}

export type HeaderPair = readonly [name: string, value: string | number | readonly string[]];

/** The headers among the arguments of a `writeHead`: an object, pairs, or names and values in turn. */
export function headersOf(writeHead: readonly unknown[] | undefined): HeaderPair[] {
  const given = writeHead?.at(-1);
  if (typeof given !== 'object' || given === null) return [];
  if (!Array.isArray(given)) return Object.entries(given) as unknown as HeaderPair[];
  if (Array.isArray(given[0])) return given as HeaderPair[];
  const flat = given as unknown[];
  return flat.flatMap((name, index) =>
    index % 2 === 0 ? [[String(name), flat[index + 1]] as unknown as HeaderPair] : [],
  );
}
