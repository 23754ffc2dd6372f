import type { ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import {
  type ArgumentsHost,
  type CanActivate,
  Catch,
  ConflictException,
  Controller,
  type ExceptionFilter,
  ForbiddenException,
  Get,
  Header,
  HttpCode,
  Inject,
  Injectable,
  Param,
  ParseIntPipe,
  Post,
  Redirect,
  Res,
  Sse,
  StreamableFile,
  UseFilters,
  UseGuards,
} from '@nestjs/common';
import { Durable } from 'nestjs-persistence';
import { interval, map, take } from 'rxjs';
import { bigStream } from './big-stream';
import { Work } from './work';

/** Of Express and of Fastify alike. */
interface Reply {
  readonly raw?: ServerResponse;
  status(code: number): this;
  header(name: string, value: string): unknown;
  send(body: unknown): unknown;
  hijack?(): unknown;
  sendFile?(path: string): void;
}

/** Takes the response out of the framework's hands. */
function rawOf(reply: Reply): ServerResponse {
  reply.hijack?.();
  return reply.raw ?? (reply as unknown as ServerResponse);
}

@Injectable()
class Deny implements CanActivate {
  canActivate(): boolean {
    throw new ForbiddenException('row 7 exists');
  }
}

class OwnError extends Error {}

@Catch(OwnError)
class OwnFilter implements ExceptionFilter {
  catch(_: OwnError, host: ArgumentsHost) {
    host.switchToHttp().getResponse<Reply>().status(418).send({ own: true });
  }
}

/** Every way in which a handler may answer. */
@Durable()
@Controller()
export class DurableRoutes {
  constructor(@Inject(Work) private readonly work: Work) {}

  @Post('json')
  async json() {
    await this.work.commit();
    return { id: 1 };
  }

  @Get('send')
  async send(@Res() reply: Reply) {
    await this.work.commit();
    reply.header('set-cookie', 'a=1');
    reply.header('x-secret', '1');
    reply.header('x-request-id', 'r1');
    reply.status(201).send({ sent: true });
  }

  @Get('raw')
  raw(@Res() reply: Reply) {
    const response = rawOf(reply);
    response.writeHead(201, 'Made', { 'x-a': 'b', vary: 'origin' });
    response.write('one,');
    response.write('two,');
    response.end('three');
  }

  @Get('file')
  file() {
    return new StreamableFile(bigStream(), { type: 'text/plain' });
  }

  @Get('pipe')
  pipe(@Res() reply: Reply) {
    bigStream().pipe(rawOf(reply));
  }

  @Sse('sse')
  sse() {
    return interval(20).pipe(
      take(3),
      map((n) => ({ data: { n } })),
    );
  }

  @Sse('events')
  events() {
    return this.work.events.pipe(map((n) => ({ data: { n } })));
  }

  @Get('conflict')
  conflict() {
    throw new ConflictException('row 7 exists');
  }

  @Get('crash')
  crash() {
    throw new Error('boom');
  }

  @UseFilters(OwnFilter)
  @Get('filter')
  filter() {
    throw new OwnError();
  }

  @UseGuards(Deny)
  @Get('denied')
  denied() {
    return 1;
  }

  @Get('number/:n')
  number(@Param('n', ParseIntPipe) n: number) {
    return n;
  }

  @HttpCode(204)
  @Post('nothing')
  nothing() {}

  @Header('etag', '"v1"')
  @Header('cache-control', 'no-cache')
  @Get('etag')
  etag() {
    return { e: 1 };
  }

  @Redirect('/plain', 302)
  @Get('redirect')
  redirect() {}

  @Get('sendfile')
  sendfile(@Res() reply: Reply) {
    reply.sendFile?.(this.work.file);
  }

  @Get('twice')
  twice(@Res() reply: Reply) {
    const response = rawOf(reply);
    response.setHeader('x-one', '1');
    response.statusCode = 202;
    response.end('done');
    this.work.seen = {
      headersSent: response.headersSent,
      writableEnded: response.writableEnded,
      setHeader: codeOf(() => response.setHeader('x-late', '1')),
      writeHead: codeOf(() => response.writeHead(500)),
    };
    response.statusCode = 500;
  }

  @Get('header-bad')
  headerBad(@Res() reply: Reply) {
    const response = rawOf(reply);
    response.writeHead(200, { 'x-a': 'bad\nvalue' });
    response.end('x');
  }

  @Get('chunk-bad')
  chunkBad(@Res() reply: Reply) {
    const response = rawOf(reply);
    response.write(7 as unknown as string);
  }

  @Get('hints')
  hints(@Res() reply: Reply) {
    const response = rawOf(reply);
    response.writeEarlyHints({ link: '</a.css>; rel=preload' });
    response.end('hinted');
  }

  @Get('big-json')
  bigJson() {
    return { text: 'abc'.repeat(20_000) };
  }

  @Get('heedless')
  heedless(@Res() reply: Reply) {
    const response = rawOf(reply);
    const chunk = Buffer.alloc(1 << 20);
    let written = 0;
    while (written < 64 && !response.destroyed) {
      response.write(chunk);
      written++;
    }
    this.work.seen = { written };
  }

  @Get('tx-commit')
  txCommit(@Res() reply: Reply) {
    return this.work.transaction(async () => {
      reply.status(201).send({ tx: 1 });
      await this.work.gate;
    });
  }

  @Get('tx-rollback')
  txRollback(@Res() reply: Reply) {
    return this.work.transaction(async () => {
      reply.status(201).send({ tx: 1 });
      await this.work.gate;
      throw new Error('no');
    });
  }

  @Get('tx-pipe')
  async txPipe(@Res() reply: Reply) {
    const response = rawOf(reply);
    await this.work
      .transaction(() => pipeline(bigStream(), response))
      .catch((error: NodeJS.ErrnoException) => {
        this.work.seen = { pipeline: error.code };
      });
  }
}

function codeOf(work: () => unknown): string | undefined {
  try {
    work();
    return undefined;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code;
  }
}

/** Answers that wait only where all do. */
@Controller()
export class PlainRoutes {
  constructor(@Inject(Work) private readonly work: Work) {}

  @Get('plain')
  plain() {
    return { id: 1 };
  }

  @Post('plain')
  async create() {
    await this.work.commit();
    return { id: 1 };
  }

  @Durable(false)
  @Get('free')
  free() {
    return { free: true };
  }
}
