// oxlint-disable typescript/consistent-type-imports -- Nest reads the types of constructor parameters at run time
import {
  type CallHandler,
  Controller,
  Delete,
  type ExecutionContext,
  Get,
  type INestApplication,
  Injectable,
  Module,
  type NestInterceptor,
  Post,
  type Type,
} from '@nestjs/common';
import { APP_INTERCEPTOR } from '@nestjs/core';
import { Test } from '@nestjs/testing';
import { InjectDataSource, TypeOrmModule } from '@nestjs/typeorm';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { from, lastValueFrom, switchMap } from 'rxjs';
import request from 'supertest';
import {
  Durable,
  PersistenceModule,
  type PersistenceOptions,
  SyncService,
} from 'nestjs-persistence';
import { DataSource } from 'typeorm';
import { resolveSettings } from '../../../libs/persistence/module/settings';
import { StoreError } from '../../../libs/storage/store-error';
import { MemoryStore } from '../../../libs/storage';
import { Note } from '../support/note.entity';
import { AppLog } from '../support/start-app';
import { temporaryFolder } from '../support/temporary-folder';

@Controller('notes')
class NotesController {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly sync: SyncService,
  ) {}

  @Post()
  create() {
    return this.dataSource.getRepository(Note).save({ text: 'a' });
  }

  @Delete()
  async fail() {
    await this.create();
    throw new Error('behind the commit');
  }

  @Durable(false)
  @Get('live')
  live() {
    return { live: true };
  }

  @Get()
  list() {
    return this.sync.status().lag;
  }
}

/** Writes a row of its own when the handler is done. */
@Injectable()
class AuditInterceptor implements NestInterceptor {
  constructor(@InjectDataSource() private readonly dataSource: DataSource) {}

  intercept(_: ExecutionContext, next: CallHandler) {
    const audit = () => this.dataSource.getRepository(Note).save({ text: 'audit' });
    return next.handle().pipe(switchMap(async (answer) => (await audit(), answer)));
  }
}

/** A transaction around every request. */
@Injectable()
class TransactionInterceptor implements NestInterceptor {
  constructor(@InjectDataSource() private readonly dataSource: DataSource) {}

  intercept(_: ExecutionContext, next: CallHandler) {
    return from(this.dataSource.transaction(() => lastValueFrom(next.handle())));
  }
}

/** Slow enough that an answer which waits for nothing leaves first. */
class WatchedStore extends MemoryStore {
  broken = false;
  delayMs = 0;

  override async put(...call: Parameters<MemoryStore['put']>) {
    if (this.broken) throw new StoreError('PermissionDenied', call[0], 'revoked');
    await sleep(this.delayMs);
    return super.put(...call);
  }
}

async function countEntries(storage: MemoryStore): Promise<number> {
  let count = 0;
  for await (const _entry of storage.list('app.db.replica/ltx/0/')) count++;
  return count;
}

describe('where the process runs decides how an app starts', () => {
  const folder = temporaryFolder();
  const variables: Record<string, string> = {};

  const set = (values: Record<string, string>) => {
    Object.assign(variables, values);
    Object.assign(process.env, values);
  };
  const open: INestApplication[] = [];
  afterEach(async () => {
    for (const app of open.splice(0)) await app.close();
    for (const name of Object.keys(variables)) {
      delete process.env[name];
      delete variables[name];
    }
  });

  const settings = (values: Record<string, string>, options: PersistenceOptions = {}) =>
    resolveSettings('app', options, (variable) => values[variable]);

  async function serve(
    options: PersistenceOptions,
    log = new AppLog(),
    interceptor?: Type<NestInterceptor>,
  ): Promise<INestApplication> {
    @Module({
      imports: [
        PersistenceModule.forRoot({ database: folder.file('app.db'), ...options }),
        TypeOrmModule.forRootAsync(
          PersistenceModule.typeOrm({ entities: [Note], synchronize: true }),
        ),
      ],
      controllers: [NotesController],
      providers: interceptor ? [{ provide: APP_INTERCEPTOR, useClass: interceptor }] : [],
    })
    class App {}
    const module = await Test.createTestingModule({ imports: [App] })
      .setLogger(log)
      .compile();
    const app = module.createNestApplication();
    open.push(app);
    return app.init();
  }

  it('the local file goes to the platform’s local folder, the drain into its grace', () => {
    expect(settings({ K_SERVICE: 's', S3_BUCKET: 'b' })).toMatchObject({
      path: path.join('/tmp/nestjs-persistence/nestjs-persistence-monorepo/app.db'),
      shutdownTimeoutMs: 8_000,
    });
    const appService = { WEBSITE_SITE_NAME: 'x', WEBSITE_SLOT_NAME: 'staging', S3_BUCKET: 'b' };
    expect(settings(appService)).toMatchObject({
      shutdownTimeoutMs: 4_000,
      deployment: 'staging',
    });
    const own = { PERSISTENCE_SHUTDOWN_TIMEOUT_MS: '7000', PERSISTENCE_DEPLOYMENT: 'main' };
    expect(settings({ ...appService, ...own })).toMatchObject({
      shutdownTimeoutMs: 7_000,
      deployment: '',
    });
  });

  it('a platform that runs several instances is refused, unless the app is trusted or stores nothing', () => {
    const vercel = { VERCEL: '1', S3_BUCKET: 'b' };
    expect(() => settings(vercel)).toThrow(
      expect.objectContaining({
        code: 'PLATFORM_RUNS_SEVERAL',
        message: expect.stringContaining('Vercel'),
        hint: expect.stringContaining('PERSISTENCE_OWNERSHIP=trusted'),
      }),
    );
    expect(settings({ ...vercel, PERSISTENCE_OWNERSHIP: 'trusted' }).ownership).toBe('trusted');
    expect(settings({ VERCEL: '1' }).storage.kind).toBe('none');
    expect(settings({ ...vercel, VERCEL_ENV: 'development' }).platform).toBeNull();
  });

  it('a preview with the settings of production does not take its database', async () => {
    const storage = new MemoryStore();
    set({ RENDER: 'true', IS_PULL_REQUEST: 'false' });
    await (await serve({ storage })).close();
    set({ IS_PULL_REQUEST: 'true' });
    await expect(serve({ storage, database: folder.file('b.db') })).rejects.toMatchObject({
      code: 'REPLICA_OF_ANOTHER_APP',
      message: expect.stringContaining('deployment'),
    });
  });

  it('a live file on a network folder is warned about', async () => {
    set({ WEBSITE_SITE_NAME: 'x' });
    const log = new AppLog();
    const module = Test.createTestingModule({
      imports: [PersistenceModule.forRoot({ database: '/home/nowhere-to-write/app.db' })],
    });
    await module.setLogger(log).compile();
    expect(log.ours.join('\n')).toMatch(/warn .*network folder on Azure App Service/);
  });

  it('says loudly that a trusted app is on its own', async () => {
    const log = new AppLog();
    const storage = new MemoryStore({ capabilities: { conditionalCreate: false } });
    await (await serve({ storage, ownership: 'trusted' }, log)).close();
    expect(log.ours.join('\n')).toMatch(/warn .*nothing keeps a second instance from writing/);
  });

  describe.each([
    ['Google Cloud Run', { K_SERVICE: 'courses' }],
    ['AWS Lambda', { AWS_LAMBDA_FUNCTION_NAME: 'courses' }],
  ])('on %s, which freezes the process behind an answer', (_, signs) => {
    it('an answer leaves when what its handler committed is stored, also where the handler fails', async () => {
      set(signs);
      const storage = new WatchedStore();
      const app = await serve({ storage });
      storage.delayMs = 30;
      const entries = () => countEntries(storage);
      const server = request(app.getHttpServer());
      for (const [method, status] of [
        ['post', 201],
        ['post', 201],
        ['delete', 500],
      ] as const) {
        const before = await entries();
        await server[method]('/notes').expect(status);
        expect(await entries()).toBeGreaterThan(before);
      }
    });

    it('an answer waits for what a global interceptor of the root module commits behind the handler', async () => {
      set(signs);
      const storage = new WatchedStore();
      const app = await serve({ storage }, undefined, AuditInterceptor);
      storage.delayMs = 30;
      await request(app.getHttpServer()).post('/notes').expect(201);
      const atTheAnswer = await countEntries(storage);
      await app.get(SyncService).flush();
      expect(await countEntries(storage)).toBe(atTheAnswer);
    });

    it('a global interceptor that wraps requests in a transaction ends it before the answer waits', async () => {
      set(signs);
      const storage = new WatchedStore();
      const options = { storage, transactionMaxMs: 500 };
      const app = await serve(options, undefined, TransactionInterceptor);
      const before = await countEntries(storage);
      await request(app.getHttpServer()).post('/notes').expect(201);
      expect(await countEntries(storage)).toBeGreaterThan(before);
    });

    it('an answer that cannot be confirmed is a 503 with the code, that of a probe comes as always', async () => {
      set(signs);
      const storage = new WatchedStore();
      const app = await serve({ storage, confirmTimeoutMs: 50, shutdownTimeoutMs: 50 });
      storage.broken = true;
      const server = request(app.getHttpServer());
      const { body } = await server.post('/notes').expect(503);
      expect(body).toMatchObject({ code: 'COMMIT_UNCONFIRMED', hint: expect.any(String) });
      // What it would show was not confirmed either.
      await server.get('/notes').expect(503);
      await server.get('/notes/live').expect(200);
    });

    it('nobody waits where the app says so', async () => {
      set(signs);
      const storage = new WatchedStore();
      const app = await serve({ storage, durability: 'async', shutdownTimeoutMs: 50 });
      storage.broken = true;
      await request(app.getHttpServer()).post('/notes').expect(201);
    });
  });

  it('elsewhere nobody waits', async () => {
    const storage = new WatchedStore();
    const app = await serve({ storage, flushTimeoutMs: 50, shutdownTimeoutMs: 50 });
    storage.broken = true;
    await request(app.getHttpServer()).post('/notes').expect(201);
  });
});
