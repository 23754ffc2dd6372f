import { AsyncResource } from 'node:async_hooks';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import {
  type BeforeApplicationShutdown,
  Inject,
  Injectable,
  Logger,
  type OnModuleInit,
} from '@nestjs/common';
import { HttpAdapterHost, ModulesContainer } from '@nestjs/core';
import { CLOSING_SHARE } from '../lifecycle/closing-share';
import { confirmStored, type ConfirmStored } from './confirm-stored';
import type { DurableDatabase } from './durable-database';
import { DurableDatabases } from './durable-databases';
import { misplacedDurable } from './misplaced-durable';
import { Patience } from './patience';
import { RefusalLog } from './refusal-log';
import { runInRequest } from './request-scope';
import { attachGate, type GateRules } from './response-gate';

type Handler = (req: IncomingMessage, res: ServerResponse) => void;

/** Of an Express app. */
interface Express {
  handle: (this: Express, req: IncomingMessage, res: ServerResponse, next?: unknown) => unknown;
}

/** Of a Fastify app. */
interface Fastify {
  addHook(
    name: 'onRequest',
    hook: (
      request: { raw: IncomingMessage },
      reply: { raw: ServerResponse },
      done: () => void,
    ) => void,
  ): unknown;
}

/**
 * Puts the gate on every response of the app, before the port opens and before anything else sees the request. One per app,
 * however many databases it has; where none of them has a replica, and where there is no HTTP, nothing is installed.
 */
@Injectable()
export class DurabilityGate implements GateRules, OnModuleInit, BeforeApplicationShutdown {
  readonly confirm: ConfirmStored = (databases, transactions, waitedMs) =>
    confirmStored(databases, transactions, waitedMs, this.#patience);
  /** Made while the app is put together, which is in nobody's transaction. */
  readonly outside = new AsyncResource('PersistenceGate');
  closing = false;
  readonly #patience = new Patience(() => performance.now());
  readonly #logger = new Logger('Persistence');
  readonly #log = new RefusalLog(this.#logger, () => performance.now());

  constructor(
    @Inject(DurableDatabases) private readonly databases: DurableDatabases,
    @Inject(HttpAdapterHost) private readonly host: HttpAdapterHost,
    @Inject(ModulesContainer) private readonly modules: ModulesContainer,
  ) {}

  get confirmed(): readonly DurableDatabase[] {
    return this.databases.confirmed;
  }

  get replicated(): readonly DurableDatabase[] {
    return this.databases.replicated;
  }

  refused(what: string, error: unknown): void {
    this.#log.refused(what, error);
  }

  onModuleInit(): void {
    const misplaced = misplacedDurable(this.modules);
    if (misplaced.length > 0) {
      this.#logger.warn(
        `@Durable() has no effect on ${misplaced.join(', ')}: no request is answered there. Put it on the handler in the controller, or use sync.transaction().`,
      );
    }
    // An application context has none: it is null there.
    const adapter = this.host.httpAdapter as HttpAdapterHost['httpAdapter'] | null | undefined;
    if (!adapter || this.replicated.length === 0) return;
    const attach: Handler = (req, res) => attachGate(req, res, this);
    (adapter.getHttpServer() as Server | undefined)?.prependListener('request', attach);
    // For requests that do not come by way of that server: Fastify's second one for `localhost`, its inject(), an Express
    // app behind servers of the user's own, serverless handlers. The server's listener sees those that fail before this.
    if (adapter.getType() === 'express') wrapExpress(adapter.getInstance<Express>(), attach);
    if (adapter.getType() === 'fastify') hookFastify(adapter.getInstance<Fastify>(), attach);
  }

  beforeApplicationShutdown(): void {
    this.closing = true;
    const shutdownMs = this.replicated.map(({ settings }) => settings.shutdownTimeoutMs);
    // The port closes only behind the held answers, and the last commits are stored behind that.
    if (shutdownMs.length > 0) this.#patience.endIn(CLOSING_SHARE * Math.min(...shutdownMs));
  }
}

function wrapExpress(app: Express, attach: Handler): void {
  const { handle } = app;
  app.handle = function (this: Express, req, res, ...rest) {
    attach(req, res);
    return runInRequest(res, () => handle.call(this, req, res, ...rest));
  };
}

function hookFastify(app: Fastify, attach: Handler): void {
  app.addHook('onRequest', (request, reply, done) => {
    attach(request.raw, reply.raw);
    runInRequest(reply.raw, done);
  });
}
