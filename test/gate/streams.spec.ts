import compress from '@fastify/compress';
import compression from 'compression';
import { randomBytes } from 'node:crypto';
import http from 'node:http';
import { Readable } from 'node:stream';
import { gunzipSync } from 'node:zlib';
import { Controller, Get, Module, type NestInterceptor, StreamableFile } from '@nestjs/common';
import { Durable } from 'nestjs-persistence';
import { from, lastValueFrom } from 'rxjs';
import { STREAM_BYTES } from './support/big-stream';
import { type GateApp, gateApps, PLATFORMS } from './support/gate-app';
import { until } from './support/until';

/** What a client has got of an answer. */
class Download {
  bytes = 0;
  status = 0;
  ended = false;
  headers: http.IncomingHttpHeaders = {};
  readonly #chunks: Buffer[] = [];

  constructor({ port }: GateApp, path: string, headers: http.OutgoingHttpHeaders = {}) {
    http
      .get({ port, host: '127.0.0.1', path, headers, agent: false }, (response) => {
        this.status = response.statusCode!;
        this.headers = response.headers;
        response.on('data', (chunk: Buffer) => {
          this.bytes += chunk.length;
          this.#chunks.push(chunk);
        });
        response.once('end', () => (this.ended = true));
      })
      .on('error', () => undefined);
  }

  get body(): Buffer {
    return Buffer.concat(this.#chunks);
  }
}

/** More than all buffers on the way take, and compressed no less. */
const NOISE = randomBytes(4 * 1024 * 1024);

@Durable()
@Controller('noise')
class NoiseController {
  @Get()
  noise(): StreamableFile {
    const chunks = Array.from({ length: 64 }, (_, i) => NOISE.subarray(i << 16, (i + 1) << 16));
    return new StreamableFile(Readable.from(chunks), { type: 'text/plain' });
  }
}

@Module({ controllers: [NoiseController] })
class NoiseModule {}

interface FastifyApp {
  register(plugin: unknown, options: object): Promise<unknown>;
}

/** Holds the store until the answer waits, and says what of it was there by then. */
async function whileHeld(app: GateApp, begin: () => Download): Promise<Download> {
  await app.hold();
  const download = begin();
  await until('the answer waits', () => app.waiting > 0);
  await app.settle();
  expect([download.status, download.bytes]).toEqual([0, 0]);
  app.store.release();
  await until('the end', () => download.ended);
  expect(download.status).toBe(200);
  return download;
}

describe.each(PLATFORMS)('on %s, a large stream is held, and whole afterwards,', (platform) => {
  const start = gateApps();

  it('of a handler inside a transaction around every request', async () => {
    const app = await start(platform, {
      setup: (nest, work) => {
        const interceptor: NestInterceptor = {
          intercept: (_, next) => from(work.transaction(() => lastValueFrom(next.handle()))),
        };
        nest.useGlobalInterceptors(interceptor);
      },
    });
    const download = await whileHeld(app, () => new Download(app, '/file'));
    expect(download.bytes).toBe(STREAM_BYTES);
  });

  it('compressed', async () => {
    const app = await start(platform, {
      behind: [NoiseModule],
      setup: async (nest) => {
        if (platform === 'express') return nest.use(compression());
        return (nest as unknown as FastifyApp).register(compress, {});
      },
    });
    const headers = { 'accept-encoding': 'gzip' };
    const download = await whileHeld(app, () => new Download(app, '/noise', headers));
    expect(download.headers['content-encoding']).toBe('gzip');
    expect(gunzipSync(download.body).equals(NOISE)).toBe(true);
  });
});
