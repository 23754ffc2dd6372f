import { randomUUID } from 'node:crypto';
import http, { type IncomingMessage, type ServerResponse } from 'node:http';
import { type AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { ADMIN_PATH, administer } from './admin';
import { type Answer } from './answer';
import { Disk } from './disk';
import { S3Failure } from './failure';
import { type S3Fault, S3Faults } from './faults';
import { checkedPayload, readPayload } from './payload';
import { parseRequest, type S3Operation, type S3Request } from './request';
import { S3Service } from './service';
import { assertSigned, type Credentials, unknownAccessKey } from './signature';
import { failureXml } from './xml';

export interface S3ServerOptions {
  /** On 127.0.0.1; 0, the default, takes a free one. */
  readonly port?: number;
  /** Made at the start (default: `test`). */
  readonly buckets?: readonly string[];
  /** Default: access key `test`, secret `testtest`. */
  readonly credentials?: Credentials;
  /** Added to every request, in ms. */
  readonly latencyMs?: number;
  /** Where objects are kept over the server's own restart; in memory only, where left out. */
  readonly root?: string;
  /** Of all objects (default 1 GiB). */
  readonly maxBytes?: number;
}

/** What the server was asked, without its bytes. */
export interface RecordedRequest {
  readonly operation: S3Operation;
  readonly bucket: string;
  readonly key: string;
  /** Number of the connection it came over, from 1. */
  readonly connection: number;
}

export interface S3Server {
  /** As in `http://127.0.0.1:1234`: the endpoint for an SDK, path style. */
  readonly url: string;
  readonly credentials: Credentials;
  readonly faults: S3Faults;
  /** The last 10,000, oldest first. */
  readonly requests: readonly RecordedRequest[];
  /** Uploads in parts that were neither completed nor given up. */
  readonly openUploads: number;
  createBucket(name: string): void;
  /** With all that is in it. */
  deleteBucket(name: string): void;
  close(): Promise<void>;
}

const TEST_CREDENTIALS: Credentials = { accessKeyId: 'test', secretAccessKey: 'testtest' };
const REQUESTS_KEPT = 10_000;

/**
 * A small S3 on this host, for tests: the operations that a replica needs, conditions decided atomically, signatures and
 * checksums checked, anything else refused as not implemented; and it can have a bad day on command. No versions, no
 * rights, no virtual hosts, no presigned addresses.
 */
export async function startS3Server(options: S3ServerOptions = {}): Promise<S3Server> {
  const disk = options.root === undefined ? undefined : new Disk(options.root);
  const service = new S3Service(options.maxBytes ?? 1 << 30, disk);
  for (const bucket of options.buckets ?? ['test']) service.createBucket(bucket);
  const faults = new S3Faults();
  faults.latencyMs = options.latencyMs ?? 0;
  const credentials = options.credentials ?? TEST_CREDENTIALS;
  const host = new S3Host(service, faults, credentials);
  await host.listen(options.port ?? 0);
  return {
    url: host.url,
    credentials,
    faults,
    requests: host.requests,
    get openUploads() {
      return service.uploads.open;
    },
    createBucket: (name) => service.createBucket(name),
    deleteBucket: (name) => service.deleteBucket(name),
    close: () => host.close(),
  };
}

/** HTTP around the service: who asks, what goes wrong, what goes back. */
class S3Host {
  readonly requests: RecordedRequest[] = [];
  readonly #server = http.createServer((message, response) => void this.#serve(message, response));
  readonly #numbers = new WeakMap<object, number>();
  #connections = 0;

  constructor(
    readonly service: S3Service,
    readonly faults: S3Faults,
    readonly credentials: Credentials,
  ) {
    this.#server.keepAliveTimeout = 60_000;
    this.#server.on('connection', (socket) => this.#numbers.set(socket, ++this.#connections));
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  listen(port: number): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(port, '127.0.0.1', resolve);
    });
  }

  close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    this.#server.closeAllConnections();
    return closed;
  }

  async #serve(message: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      if (message.url?.startsWith(ADMIN_PATH)) {
        return send(message, response, await administer(message, this.faults, this.service));
      }
      if (this.faults.latencyMs > 0) await sleep(this.faults.latencyMs);
      const request = parseRequest(message);
      this.#record(request, message);
      const subject = request.key === '' ? (request.query.get('prefix') ?? '') : request.key;
      const fault = this.faults.faultFor(request.operation, subject);
      await this.#withFault(fault, request, message, response);
    } catch (error) {
      // Whoever is gone hears nothing; an upload that was cut short has changed nothing.
      if (message.destroyed && !message.complete) response.destroy();
      else send(message, response, refusal(error, message));
    }
  }

  async #withFault(
    fault: S3Fault | undefined,
    request: S3Request,
    message: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> {
    if (fault?.kind === 'drop') return void message.socket.destroy();
    if (fault?.kind === 'silence' && !fault.worked) return void message.resume();
    if (fault?.kind === 'cut-upload') return void message.once('data', () => message.destroy());
    if (fault?.kind === 'delay') await sleep(fault.ms);
    const raw = await readPayload(message, this.service.room);
    const answer =
      fault?.kind === 'fail' && !fault.worked
        ? failed(fault, message)
        : this.#answer(request, raw, message);
    switch (fault?.kind) {
      case 'drop-answer':
        return void message.socket.destroy();
      case 'silence':
        return;
      case 'fail':
        return send(message, response, failed(fault, message));
      case 'cut-body':
        return sendCut(response, answer, fault.after);
      default:
        return send(message, response, answer);
    }
  }

  #answer(request: S3Request, raw: Buffer, message: IncomingMessage): Answer {
    try {
      if (this.faults.revoked) throw unknownAccessKey();
      assertSigned(request, this.credentials, Date.now());
      return this.service.answer(request, checkedPayload(raw, request.headers), Date.now());
    } catch (error) {
      return refusal(error, message);
    }
  }

  #record({ operation, bucket, key }: S3Request, message: IncomingMessage): void {
    const connection = this.#numbers.get(message.socket) ?? 0;
    this.requests.push({ operation, bucket, key, connection });
    if (this.requests.length > REQUESTS_KEPT) this.requests.shift();
  }
}

function failed(fault: Extract<S3Fault, { kind: 'fail' }>, message: IncomingMessage): Answer {
  return refusal(new S3Failure(fault.status, fault.code ?? 'Fault', 'An injected fault'), message);
}

function refusal(error: unknown, message: IncomingMessage): Answer {
  const failure =
    error instanceof S3Failure ? error : new S3Failure(500, 'InternalError', String(error));
  const xml = failureXml(failure, message.url ?? '');
  const headers = { 'content-type': 'application/xml' };
  return { status: failure.status, headers, body: Buffer.from(xml) };
}

function head(response: ServerResponse, { status, headers, body }: Answer): void {
  const length = body?.byteLength ?? 0;
  response.writeHead(status, {
    'x-amz-request-id': randomUUID(),
    ...(status === 204 ? {} : { 'content-length': length }),
    ...headers,
  });
}

function send(message: IncomingMessage, response: ServerResponse, answer: Answer): void {
  if (response.destroyed) return;
  head(response, answer);
  response.end(message.method === 'HEAD' ? undefined : answer.body);
}

function sendCut(response: ServerResponse, answer: Answer, after: number): void {
  head(response, answer);
  response.write(answer.body?.subarray(0, after) ?? '', () => response.destroy());
}
