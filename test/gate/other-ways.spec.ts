import type { IncomingMessage, ServerResponse } from 'node:http';
import { Controller, Get, Inject, Injectable, Module, Post, Res } from '@nestjs/common';
import { ExternalContextCreator } from '@nestjs/core';
import { Durable } from 'nestjs-persistence';
import { DataSource } from 'typeorm';
import { Note } from '../journeys/support/note.entity';
import { GateApp, gateApps, PLATFORMS } from './support/gate-app';
import { turns, until } from './support/until';
import { requestText } from './support/wire';

/** Of Express and of Fastify alike. */
interface Reply {
  status(code: number): this;
  send(body: unknown): unknown;
}

@Durable()
@Controller('by-hand')
class ByHand {
  /** What the handler waits for before it ends its transaction. */
  static go: Promise<void> = Promise.resolve();

  constructor(@Inject(DataSource) private readonly source: DataSource) {}

  @Post('start')
  start(@Res() reply: Reply): Promise<void> {
    return this.answerInside(reply, (runner) => runner.startTransaction());
  }

  @Post('raw')
  raw(@Res() reply: Reply): Promise<void> {
    return this.answerInside(reply, (runner) => runner.query('BEGIN'));
  }

  private async answerInside(
    reply: Reply,
    begin: (runner: ReturnType<DataSource['createQueryRunner']>) => Promise<unknown>,
  ): Promise<void> {
    const runner = this.source.createQueryRunner();
    await begin(runner);
    await runner.manager.insert(Note, { text: 'inside' });
    reply.status(201).send({ made: true });
    await ByHand.go;
    await runner.rollbackTransaction();
    await runner.release();
  }
}

@Module({ controllers: [ByHand] })
class ByHandModule {}

class Resolver {
  @Durable()
  call(): string {
    return 'resolved';
  }
}

@Module({ providers: [Resolver] })
class ResolverModule {}

@Controller('late')
class Late {
  @Durable()
  @Get()
  answer(@Res() response: ServerResponse): void {
    response.end('the rest');
  }
}

@Module({ controllers: [Late] })
class LateModule {}

/** A resolver as GraphQL servers call it, with guards. */
function resolverOf(app: GateApp, type: string): (...parameters: unknown[]) => Promise<unknown> {
  const creator = app.app.get(ExternalContextCreator);
  const resolver = app.app.get(Resolver, { strict: false });
  const options = { guards: true, interceptors: true, filters: true };
  return creator.create(
    resolver,
    Resolver.prototype['call'] as never,
    'call',
    undefined,
    undefined,
    undefined,
    undefined,
    options,
    type,
  );
}

type Middleware = (request: IncomingMessage, response: ServerResponse, next: () => void) => void;

describe('answers by other ways wait as well:', () => {
  const start = gateApps();

  describe.each(PLATFORMS)('on %s', (platform) => {
    it.each(['start', 'raw'])(
      'one written inside a transaction begun by hand (%s) is not sent where that is rolled back',
      async (way) => {
        let go!: () => void;
        ByHand.go = new Promise((resolve) => (go = resolve));
        const app = await start(platform, { behind: [ByHandModule] });
        const wire = app.dial(requestText('POST', `/by-hand/${way}`));
        await until('it is written', () => app.life.status().openTransactionMs !== null);
        await app.settle();
        expect(wire.bytes).toBe(0);
        go();
        await until('the answer', () => wire.complete);
        expect(wire.status).toBe(500);
        expect(wire.text).toContain('TRANSACTION_ROLLED_BACK');
      },
    );
  });

  it('the rest of one that middleware has begun; what cannot be confirmed of it is cut', async () => {
    const app = await start('express', {
      behind: [LateModule],
      setup: (nest) =>
        nest.use(((request, response, next) => {
          if (request.url === '/late') response.write('begun,');
          next();
        }) satisfies Middleware),
    });
    await app.hold();
    const wire = app.dial(requestText('GET', '/late'));
    await until('the answer waits', () => app.waiting > 0);
    await app.settle();
    expect(wire.text).toMatch(/begun,\r\n$/);
    app.store.release();
    await until('the answer', () => wire.complete);
    expect(wire.text).toContain('the rest');
  });

  it('one of a GraphQL resolver, found by the response in its context', async () => {
    let resolve!: (...parameters: unknown[]) => Promise<unknown>;
    const app = await start('express', {
      behind: [ResolverModule],
      setup: (nest) =>
        nest.use('/graphql', async (req: IncomingMessage, res: ServerResponse) => {
          res.end(await resolve({}, {}, { req, res }, {}));
        }),
    });
    resolve = resolverOf(app, 'graphql');
    await app.hold();
    const wire = app.dial(requestText('POST', '/graphql'));
    await until('the answer waits', () => app.waiting > 0);
    await turns(20);
    expect(wire.bytes).toBe(0);
    app.store.release();
    await until('the answer', () => wire.complete);
    expect(wire.text).toContain('resolved');
  });

  it.each(['graphql', 'ws', 'rpc'])(
    'and where no answer can be held (%s) @Durable() refuses, and says what to do',
    async (type) => {
      const app = await start('express', { behind: [ResolverModule] });
      await expect(resolverOf(app, type)({}, {}, {}, {})).rejects.toMatchObject({
        code: 'NOT_SUPPORTED_YET',
        message: expect.stringContaining('Resolver.call()'),
      });
    },
  );

  it('while on a service, which answers nothing, @Durable() is warned of at the start', async () => {
    @Injectable()
    class Service {
      @Durable()
      create(): void {}
    }
    @Module({ providers: [Service] })
    class ServiceModule {}
    const app = await start('express', { behind: [ServiceModule, ByHandModule] });
    const warnings = app.log.lines.filter((line) => line.includes('@Durable()'));
    expect(warnings).toEqual([expect.stringContaining('no effect on Service.create():')]);
  });

  it('one of an app that is mounted in another one, for the databases of both', async () => {
    const inner = await GateApp.create('express');
    await inner.app.init();
    const outer = await start('express', {
      setup: (nest) => nest.use('/inner', inner.app.getHttpAdapter().getInstance()),
    });
    await inner.hold();
    const wire = outer.dial(requestText('GET', '/inner/send'));
    await until('the answer waits', () => inner.waiting > 0);
    await turns(20);
    expect(wire.bytes).toBe(0);
    inner.store.release();
    await until('the answer', () => wire.complete);
    expect(wire.status).toBe(201);
    await inner.close();
  });
});
