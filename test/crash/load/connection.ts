import { Agent, request, type ClientRequest, type IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';

export interface Request {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly path: string;
  readonly body?: unknown;
}

/** What came of a request. */
export type Outcome =
  /** A status arrived, so the app has answered; `body` is undefined if it is empty or was cut. */
  | { readonly kind: 'answered'; readonly status: number; readonly body: unknown }
  /** Sent whole, and not one byte of an answer came. */
  | { readonly kind: 'in-flight' }
  /** The connection broke inside the answer's first line. */
  | { readonly kind: 'torn' }
  /** The connection broke before the request was out. */
  | { readonly kind: 'unsent' };

/** Longer than any wait inside the app; only a hung one does not answer. */
const ANSWER_TIMEOUT_MS = 20_000;

/** One connection to the app, with one request at a time. */
export class Connection {
  private readonly agent: Agent;
  /** Called when a request has been handed to the operating system whole. */
  onSent: () => void = () => undefined;

  /** @param keepAlive off where it may idle: the app closes idle ones after 5 s, perhaps just when a request is sent */
  constructor(
    private readonly url: string,
    { keepAlive = true } = {},
  ) {
    this.agent = new Agent({ keepAlive, maxSockets: 1 });
  }

  /** Never rejects: a broken connection is an outcome. */
  send({ method, path, body }: Request): Promise<Outcome> {
    const text = body === undefined ? undefined : JSON.stringify(body);
    const call = request(this.url + path, {
      method,
      agent: this.agent,
      timeout: ANSWER_TIMEOUT_MS,
      headers: text === undefined ? {} : JSON_HEADERS(text),
    });
    return outcomeOf(call, text, () => this.onSent());
  }

  close(): void {
    this.agent.destroy();
  }
}

const JSON_HEADERS = (text: string) => ({
  'content-type': 'application/json',
  'content-length': Buffer.byteLength(text),
});

function outcomeOf(
  call: ClientRequest,
  text: string | undefined,
  onSent: () => void,
): Promise<Outcome> {
  return new Promise((resolve) => {
    let socket: Socket | undefined;
    let readBefore = 0;
    let sent = false;
    call.on('socket', (taken) => {
      socket = taken;
      readBefore = taken.bytesRead;
    });
    call.on('finish', () => {
      sent = true;
      onSent();
    });
    call.on('timeout', () => call.destroy());
    call.on('response', (response) => void bodyOf(response).then(resolve));
    call.on('error', () => {
      if (socket && socket.bytesRead > readBefore) resolve({ kind: 'torn' });
      else resolve({ kind: sent && socket && !socket.connecting ? 'in-flight' : 'unsent' });
    });
    call.end(text);
  });
}

async function bodyOf(response: IncomingMessage): Promise<Outcome> {
  const status = response.statusCode!;
  const chunks: Buffer[] = [];
  try {
    for await (const chunk of response) chunks.push(chunk as Buffer);
    const text = Buffer.concat(chunks).toString();
    return { kind: 'answered', status, body: text === '' ? undefined : JSON.parse(text) };
  } catch {
    // The status stands, whatever happened to the body: the app has given its word.
    return { kind: 'answered', status, body: undefined };
  }
}
