import compression from 'compression';
import compress from '@fastify/compress';
import dns from 'node:dns';
import http from 'node:http';
import http2 from 'node:http2';
import type { AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';
import {
  type CanActivate,
  type ExecutionContext,
  ForbiddenException,
  Module,
  type NestInterceptor,
  type CallHandler,
  Scope,
} from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { from, lastValueFrom } from 'rxjs';
import request from 'supertest';
import { GateApp, gateApps, PLATFORMS } from './support/gate-app';
import { turns, until } from './support/until';
import { requestText } from './support/wire';

const CONFIRMED = { durability: 'confirmed' } as const;

class Refuse implements CanActivate {
  canActivate(): boolean {
    throw new ForbiddenException('row 7 exists');
  }
}

@Module({ providers: [{ provide: APP_GUARD, useClass: Refuse }] })
class ForeignGuard {}

@Module({ providers: [{ provide: APP_GUARD, scope: Scope.REQUEST, useClass: Refuse }] })
class GuardOfRequest {}

interface FastifyInstance {
  register(plugin: unknown, options: object): Promise<unknown>;
  routing: http.RequestListener;
  ready(): Promise<unknown>;
}

function instanceOf({ app }: GateApp): FastifyInstance {
  return app.getHttpAdapter().getInstance() as FastifyInstance;
}

describe.each(PLATFORMS)('on %s, where the whole app is confirmed', (platform) => {
  let app: GateApp;
  beforeAll(async () => {
    app = await GateApp.listen(platform, {
      cors: true,
      persistence: CONFIRMED,
      setup: (nest) => nest.setGlobalPrefix('api', { exclude: ['free'] }),
    });
  });
  afterAll(() => app?.close());

  const badJson = requestText(
    'POST',
    '/api/json',
    'content-type: application/json\r\ncontent-length: 3\r\n',
  );
  it.each([
    ['an answer that promises nothing', requestText('GET', '/api/plain'), [200]],
    ['a 404', requestText('GET', '/nowhere'), [404]],
    ['a body that cannot be read', `${badJson}{x}`, [400]],
    ['a malformed address', requestText('GET', '/api/%E0%A4%A'), [400, 404]],
    ['an OPTIONS that is no preflight', requestText('OPTIONS', '/api/plain'), [204, 400, 404]],
  ])('%s waits', async (_, text, statuses) => {
    const { early, wire } = await app.sendWhileHeld(text);
    expect(early).toBe(0);
    expect(statuses).toContain(wire.status);
  });

  it('of a request that asks whether to go on only the yes leaves', async () => {
    const text = requestText('POST', '/api/json', 'expect: 100-continue\r\ncontent-length: 0\r\n');
    await app.hold();
    const wire = app.dial(text);
    await until('the answer waits', () => app.waiting > 0);
    await app.settle();
    expect(wire.text).toBe('HTTP/1.1 100 Continue\r\n\r\n');
    app.store.release();
    await until('the answer', () => wire.statuses.length === 2);
    expect(wire.statuses).toEqual([100, 201]);
  });

  it('a preflight does not wait, nor does @Durable(false)', async () => {
    await app.hold();
    const asked = 'origin: http://b\r\naccess-control-request-method: POST\r\n';
    const preflight = app.dial(requestText('OPTIONS', '/api/json', asked));
    const probe = app.dial(requestText('GET', '/free'));
    await until('both answers', () => preflight.status > 0 && probe.complete);
    expect([preflight.status, probe.status, app.waiting]).toEqual([204, 200, 0]);
    app.store.release();
  });
});

describe.each(PLATFORMS)('on %s, nothing goes past the gate', (platform) => {
  const start = gateApps();
  const open: GateApp[] = [];
  afterEach(async () => {
    for (const each of open.splice(0)) await each.close();
  });
  const create: (typeof GateApp)['create'] = async (...call) => {
    const app = await GateApp.create(...call);
    open.push(app);
    return app;
  };

  it('in a transaction around every request: it ends first', async () => {
    const app = await start(platform, {
      setup: (nest, work) => {
        const interceptor: NestInterceptor = {
          intercept: (_: ExecutionContext, next: CallHandler) =>
            from(work.transaction(() => lastValueFrom(next.handle(), { defaultValue: undefined }))),
        };
        nest.useGlobalInterceptors(interceptor);
      },
    });
    for (const [path, status] of [
      ['/send', 201],
      ['/raw', 201],
      ['/redirect', 302],
    ] as const) {
      const { early, wire } = await app.sendWhileHeld(requestText('GET', path));
      expect([path, early, wire.status]).toEqual([path, 0, status]);
    }
    // The exception rolls it back; the answer is written behind it and says so truly.
    const { early, wire } = await app.sendWhileHeld(requestText('GET', '/conflict'));
    expect([early, wire.status]).toEqual([0, 409]);
  });

  it('compressed', async () => {
    const app = await start(platform, {
      persistence: { confirmTimeoutMs: 1_000 },
      setup: async (nest) => {
        if (platform === 'express') return nest.use(compression({ threshold: 0 }));
        return (nest as unknown as FastifyInstance).register(compress, { threshold: 0 });
      },
    });
    await app.hold();
    const got: Buffer[] = [];
    const answer = new Promise<http.IncomingHttpHeaders>((resolve, reject) => {
      const headers = { 'accept-encoding': 'gzip' };
      http
        .get({ port: app.port, host: '127.0.0.1', path: '/big-json', headers }, (response) => {
          response.on('data', (chunk: Buffer) => got.push(chunk));
          response.once('end', () => resolve(response.headers));
        })
        .once('error', reject);
    });
    await until('the answer waits', () => app.waiting > 0);
    await app.settle();
    expect(got).toHaveLength(0);
    app.store.release();
    expect((await answer)['content-encoding']).toBe('gzip');
    expect(gunzipSync(Buffer.concat(got)).length).toBeGreaterThan(60_000);

    const wire = await app.refused(requestText('GET', '/big-json', 'accept-encoding: gzip\r\n'));
    expect(wire.status).toBe(503);
    expect(wire.text).not.toMatch(/content-encoding/i);
    expect(wire.text).toMatch(/COMMIT_UNCONFIRMED/);
  });

  it('in an app that never listens', async () => {
    const app = await create(platform);
    await app.app.init();
    if (platform === 'fastify') await instanceOf(app).ready();
    await app.hold();
    let status = 0;
    const answer = request(app.server)
      .post('/json')
      .then((response) => (status = response.status));
    await until('the answer waits', () => app.waiting > 0);
    await turns(20);
    expect(status).toBe(0);
    app.store.release();
    await answer;
    expect(status).toBe(201);
  });

  it('by a way beside the server of the app', async () => {
    const app = await create(platform);
    await app.app.init();
    await app.hold();
    let status = 0;
    const instance = instanceOf(app);
    if (platform === 'fastify') await instance.ready();
    const handler = platform === 'fastify' ? instance.routing.bind(instance) : instance;
    const server = http.createServer(handler as http.RequestListener).listen(0);
    const { port } = server.address() as AddressInfo;
    http
      .request({ port, method: 'POST', path: '/json', agent: false }, (response) => {
        response.resume();
        status = response.statusCode!;
      })
      .end();
    await until('the answer waits', () => app.waiting > 0);
    await turns(20);
    expect(status).toBe(0);
    app.store.release();
    await until('the answer', () => status === 201);
    server.close();
  });

  it.each([
    ['imported behind ours', { behind: [ForeignGuard] }],
    ['imported behind ours, one for each request', { behind: [GuardOfRequest] }],
    ['of the app', { setup: (nest: GateApp['app']) => nest.useGlobalGuards(new Refuse()) }],
  ])('refused by a global guard %s', async (_, options) => {
    const app = await start(platform, options);
    await app.hold();
    const wire = app.dial(requestText('GET', '/send'));
    await until('the answer waits', () => app.waiting > 0);
    await turns(20);
    expect(wire.bytes).toBe(0);
    app.store.release();
    await until('the answer', () => wire.complete);
    expect(wire.status).toBe(403);
  });

  it('but the refusal of a guard imported before ours, or of middleware: where the app is confirmed these wait too', async () => {
    for (const persistence of [{}, CONFIRMED]) {
      const app = await start(platform, { before: [ForeignGuard], persistence });
      await app.hold();
      const wire = app.dial(requestText('GET', '/send'));
      await until('something happens', () => app.waiting > 0 || wire.complete);
      await turns(20);
      expect(wire.bytes > 0).toBe(persistence !== CONFIRMED);
      app.store.release();
      await until('the answer', () => wire.complete);
      expect(wire.status).toBe(403);
    }
  });

  it('while the app closes, which waits for held answers and ends their connections', async () => {
    const app = await create(platform);
    await app.listen();
    await app.hold();
    const wire = app.dial(requestText('GET', '/send'));
    await until('the answer waits', () => app.waiting > 0);
    let closed = false;
    const closing = app.app.close().then(() => (closed = true));
    await turns(20);
    expect([wire.bytes, closed]).toEqual([0, false]);
    app.store.release();
    await closing;
    await until('the answer', () => wire.closed);
    expect(wire.status).toBe(201);
    expect(wire.text).toMatch(/connection: close/i);
  });

  it('while the app closes and the store never answers: it ends all the same', async () => {
    // Within the time of the shutdown, however long an answer might wait otherwise.
    const app = await create(platform, {
      persistence: { confirmTimeoutMs: 60_000, flushTimeoutMs: 60_000, shutdownTimeoutMs: 300 },
    });
    await app.listen();
    await app.hold();
    const wire = app.dial(requestText('GET', '/send'));
    await until('the answer waits', () => app.waiting > 0);
    await app.app.close();
    await until('the answer', () => wire.closed);
    expect(wire.status).toBe(503);
  });
});

describe('Fastify alone', () => {
  const start = gateApps();

  it('its second server, for the other address of localhost, is behind the gate', async () => {
    const { lookup } = dns;
    const two = ['127.0.0.1', '127.0.0.2'].map((address) => ({ address, family: 4 }));
    // Not every machine has ::1.
    const both = (
      host: string,
      options: dns.LookupAllOptions,
      done: (...result: unknown[]) => void,
    ) =>
      host === 'localhost' && options.all
        ? process.nextTick(done, null, two)
        : lookup(host, options, done as never);
    (dns as { lookup: unknown }).lookup = both;
    const app = await GateApp.create('fastify');
    try {
      await app.listen('localhost').finally(() => (dns.lookup = lookup));
      for (const { address } of two) {
        const { early, wire } = await app.sendWhileHeld(requestText('POST', '/json'), address);
        expect([address, early, wire.status]).toEqual([address, 0, 201]);
      }
    } finally {
      await app.close();
    }
  });

  describe('over HTTP/2', () => {
    const ask = (port: number, method: string, path: string) => {
      const client = http2.connect(`http://127.0.0.1:${port}`);
      const stream = client.request({ ':method': method, ':path': path });
      const answer = { status: 0, text: '', ended: false, close: () => client.destroy() };
      stream.on('response', (headers) => (answer.status = Number(headers[':status'])));
      stream.setEncoding('latin1').on('data', (text: string) => {
        if (answer.text.length < 10_000) answer.text += text;
      });
      stream.on('end', () => (answer.ended = true)).on('error', () => undefined);
      stream.end();
      return answer;
    };

    it.each([
      ['POST', '/json', 201],
      ['GET', '/send', 201],
      ['GET', '/raw', 201],
      ['GET', '/conflict', 409],
      ['GET', '/file', 200],
      ['GET', '/sse', 200],
    ])('%s %s waits', async (method, path, status) => {
      const app = await start('fastify', { http2: true });
      await app.hold();
      const answer = ask(app.port, method, path);
      await until('the answer waits', () => app.waiting > 0);
      await turns(20);
      expect(answer.status).toBe(0);
      app.store.release();
      await until('the end', () => answer.ended);
      expect(answer.status).toBe(status);
      answer.close();
    });

    it('what cannot be confirmed becomes a 503', async () => {
      const app = await start('fastify', { http2: true, persistence: { confirmTimeoutMs: 200 } });
      await app.hold();
      const answer = ask(app.port, 'GET', '/send');
      await until('the end', () => answer.ended);
      expect(answer.status).toBe(503);
      expect(answer.text).toMatch(/COMMIT_UNCONFIRMED/);
      answer.close();
    });
  });
});
