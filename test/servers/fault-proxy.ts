import http, { type IncomingMessage, type ServerResponse } from 'node:http';
import { type AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/**
 * - `drop`: the connection ends before the server hears of the request.
 * - `lose-answer`: the server does what it is asked, then the connection ends.
 * - `cut-upload`: the server hears so many bytes of the request's body, then both connections end.
 * - `cut-body`: the answer begins, and its connection ends after so many bytes of the body.
 * - `answer`: this answer instead; with `forward` the server has done the request before.
 * - `silence`: nothing is heard; with `forward` the server has done the request.
 * - `delay`: the request waits first.
 */
export type HttpFault =
  | { readonly kind: 'drop' }
  | { readonly kind: 'lose-answer' }
  | { readonly kind: 'cut-upload'; readonly after: number }
  | { readonly kind: 'cut-body'; readonly after: number }
  | {
      readonly kind: 'answer';
      readonly status: number;
      readonly headers?: Readonly<Record<string, string>>;
      readonly body?: string;
      readonly forward?: boolean;
    }
  | { readonly kind: 'silence'; readonly forward?: boolean }
  | { readonly kind: 'delay'; readonly ms: number };

export interface ProxiedRequest {
  readonly method: string;
  /** With its query. */
  readonly path: string;
}

export interface HttpFaultRule {
  readonly fault: HttpFault;
  /** Requests it is meant for; all, where left out. */
  readonly when?: (request: ProxiedRequest) => boolean;
  /** How many of those meet the fault (default 1). */
  readonly times?: number;
}

/** A connection to an HTTP server on a bad day, by script: the first rule that fits a request is applied to it. */
export class FaultProxy {
  /** Every request since the start, in the order they came. */
  readonly requests: ProxiedRequest[] = [];
  readonly #server: http.Server;
  readonly #target: URL;
  #rules: { readonly rule: HttpFaultRule; left: number }[] = [];

  private constructor(target: string) {
    this.#target = new URL(target);
    this.#server = http.createServer((request, response) => {
      // A connection that breaks is what this is for.
      const { socket } = request;
      void this.#handle(request, response).catch(() => socket.destroy());
    });
  }

  /** @param target the origin of the server, for example `http://127.0.0.1:9000` */
  static async start(target: string): Promise<FaultProxy> {
    const proxy = new FaultProxy(target);
    await new Promise<void>((resolve) => proxy.#server.listen(0, '127.0.0.1', resolve));
    return proxy;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Adds a rule behind those that stand. */
  inject(rule: HttpFaultRule): void {
    this.#rules.push({ rule, left: rule.times ?? 1 });
  }

  /** From here on all goes well, but for requests under way. */
  heal(): void {
    this.#rules = [];
  }

  async close(): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    this.#server.closeAllConnections();
    await closed;
  }

  #faultFor(request: ProxiedRequest): HttpFault | undefined {
    const found = this.#rules.find(({ rule, left }) => left > 0 && rule.when?.(request) !== false);
    if (found !== undefined) found.left--;
    return found?.rule.fault;
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    // Gone from the request once that is destroyed.
    const { socket } = request;
    const described = { method: request.method ?? '', path: request.url ?? '' };
    this.requests.push(described);
    const fault = this.#faultFor(described);
    switch (fault?.kind) {
      case 'drop':
        socket.destroy();
        return;
      case 'cut-upload':
        // Rejects once it is cut; resolves only where the server answers before.
        await this.#forward(request, fault.after);
        socket.destroy();
        return;
      case 'lose-answer':
        await drain(await this.#forward(request));
        socket.destroy();
        return;
      case 'answer':
        await drain(fault.forward ? await this.#forward(request) : request);
        response.writeHead(fault.status, fault.headers);
        response.end(fault.body);
        return;
      case 'silence':
        await drain(fault.forward ? await this.#forward(request) : request);
        return;
      case 'delay':
        await sleep(fault.ms);
        break;
      default:
    }
    const answer = await this.#forward(request);
    response.writeHead(answer.statusCode ?? 502, answer.rawHeaders);
    if (fault?.kind === 'cut-body') await cut(answer, response, fault.after);
    else answer.pipe(response);
  }

  #forward(request: IncomingMessage, bodyMax = Infinity): Promise<IncomingMessage> {
    return new Promise((resolve, reject) => {
      const { hostname, port } = this.#target;
      const { method, url, rawHeaders } = request;
      const onward = http.request(
        { hostname, port, method, path: url, headers: rawHeaders, agent: false },
        (answer) => {
          answer.on('error', () => request.socket.destroy());
          resolve(answer);
        },
      );
      onward.on('error', reject);
      request.on('close', () => {
        if (!request.complete) onward.destroy();
      });
      if (bodyMax === Infinity) request.pipe(onward);
      else void passOn(request, onward, bodyMax).catch(reject);
    });
  }
}

/** The beginning of a request's body, then nothing more. */
async function passOn(
  request: IncomingMessage,
  onward: http.ClientRequest,
  bytes: number,
): Promise<void> {
  let left = bytes;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    // Waits until it has gone out, so that nothing of it is lost when the connection ends.
    await new Promise((resolve) => onward.write(chunk.subarray(0, left), resolve));
    left -= chunk.byteLength;
    if (left <= 0) break;
  }
  onward.destroy();
  throw new Error('cut');
}

async function drain(message: IncomingMessage): Promise<void> {
  for await (const chunk of message) void chunk;
}

async function cut(
  answer: IncomingMessage,
  response: ServerResponse,
  after: number,
): Promise<void> {
  let left = after;
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    response.write(chunk.subarray(0, left));
    left -= chunk.byteLength;
    if (left <= 0) break;
  }
  // What was written so far goes out before the connection ends.
  response.socket?.end();
}
