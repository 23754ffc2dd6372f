import { existsSync, readdirSync } from 'node:fs';
import {
  type CanActivate,
  type ExecutionContext,
  Injectable,
  Module,
  VersioningType,
} from '@nestjs/common';
import type { INestApplication, ModuleMetadata } from '@nestjs/common';
import { DocumentBuilder, SwaggerModule } from '@nestjs/swagger';
import { Test } from '@nestjs/testing';
import { memory, PersistenceModule, SyncService } from 'nestjs-persistence';
import { PersistenceAdminModule, type PersistenceAdminOptions } from 'nestjs-persistence/admin';
import request from 'supertest';
import { DataSource } from 'typeorm';
import { MemoryStore } from '../../../libs/storage';
import { FaultyObjectStore } from '../../../libs/testing';
import { Note } from '../support/note.entity';
import { AppLog, persistence } from '../support/start-app';
import { temporaryFolder } from '../support/temporary-folder';

const TOKEN = 'a-token-of-this-test';
const BEARER = { authorization: `Bearer ${TOKEN}` };

describe('the admin endpoints', () => {
  const folder = temporaryFolder();
  let app: INestApplication | undefined;

  afterEach(() => app?.close());

  async function start(
    admin: PersistenceAdminOptions,
    store: object = { storage: memory() },
    prepare: (app: INestApplication) => void = () => undefined,
  ): Promise<INestApplication> {
    const imports: NonNullable<ModuleMetadata['imports']> = [
      ...persistence(
        { database: folder.file('app.db'), ...store },
        { entities: [Note], synchronize: true },
      ),
      PersistenceAdminModule.forRoot(admin),
    ];
    const module = await Test.createTestingModule({ imports }).setLogger(new AppLog()).compile();
    app = module.createNestApplication();
    prepare(app);
    return app.init();
  }

  const http = () => request(app!.getHttpServer());
  const notes = () => app!.get(DataSource).getRepository(Note);

  describe('who may', () => {
    it('nobody without the token, and a refusal says nothing but that', async () => {
      await start({ token: TOKEN });
      const routes = [
        () => http().get('/api/db-status'),
        () => http().post('/api/db-sync'),
        () => http().post('/api/db-backup'),
        () => http().get('/api/db-restore-points'),
        () => http().post('/api/db-restore'),
      ];
      for (const route of routes) {
        const refused = [
          await route(),
          await route().set({ authorization: TOKEN }),
          await route().set({ authorization: `Basic ${TOKEN}` }),
          await route().set({ authorization: `Bearer ${TOKEN}x` }),
          await route().set({ authorization: 'Bearer ' }),
        ];
        for (const { status, body, headers } of refused) {
          expect([status, headers['www-authenticate']]).toEqual([401, 'Bearer']);
          expect(body).toEqual({ statusCode: 401, message: 'Unauthorized' });
        }
        expect((await route().set(BEARER)).status).toBe(200);
      }
    });

    it('whom the app’s own guard lets through, which gets what it needs by injection', async () => {
      @Injectable()
      class People {
        readonly admins = ['ada'];
      }
      @Module({ providers: [People], exports: [People] })
      class PeopleModule {}
      @Injectable()
      class AdminGuard implements CanActivate {
        constructor(private readonly people: People) {}

        canActivate(context: ExecutionContext): boolean {
          const { headers } = context.switchToHttp().getRequest<{ headers: { user?: string } }>();
          return this.people.admins.includes(headers.user ?? '');
        }
      }
      await start({ guard: AdminGuard, imports: [PeopleModule] });
      await http().get('/api/db-status').set('user', 'ada').expect(200);
      const refused = await http().get('/api/db-status').set('user', 'eve').expect(403);
      expect(Object.keys(refused.body as object).sort()).toEqual([
        'error',
        'message',
        'statusCode',
      ]);
    });

    it('only who satisfies both, where there are a token and a guard', async () => {
      await start({ token: TOKEN, guard: { canActivate: () => false } });
      await http().get('/api/db-status').set(BEARER).expect(403);
      await http().get('/api/db-status').expect(401);
    });

    it('is never everybody: without token and guard the module is refused', () => {
      const open = [{}, { token: undefined }, undefined as never];
      for (const options of open) {
        expect(() => PersistenceAdminModule.forRoot(options)).toThrow(
          expect.objectContaining({ code: 'ADMIN_UNGUARDED' }),
        );
      }
      expect(() => PersistenceAdminModule.forRoot({ token: ' ' })).toThrow(
        expect.objectContaining({ code: 'OPTION_INVALID' }),
      );
      for (const token of ['two words', 'tab\there', 'schlüssel', '\u2014']) {
        expect(() => PersistenceAdminModule.forRoot({ token })).toThrow(
          expect.objectContaining({
            code: 'OPTION_INVALID',
            message: expect.stringContaining('without spaces'),
          }),
        );
      }
      expect(() => PersistenceAdminModule.forRoot({ token: `${TOKEN}\n` })).not.toThrow();
      expect(() => PersistenceAdminModule.forRoot({ token: TOKEN, gaurd: 1 } as never)).toThrow(
        expect.objectContaining({ hint: expect.stringContaining('Did you mean "guard"?') }),
      );
    });
  });

  describe('where they are', () => {
    const at = async (path: string) => (await http().get(path).set(BEARER)).status;

    it('below api, once, whether the app has that prefix or not', async () => {
      await start({ token: TOKEN }, undefined, (one) => one.setGlobalPrefix('api'));
      expect(await at('/api/db-status')).toBe(200);
      expect(await at('/api/api/db-status')).toBe(404);
    });

    it('below another prefix of the app, and below a longer one', async () => {
      await start({ token: TOKEN }, undefined, (one) => one.setGlobalPrefix('back'));
      expect(await at('/back/api/db-status')).toBe(200);
      await app!.close();
      await start({ token: TOKEN }, undefined, (one) => one.setGlobalPrefix('/api/v1'));
      expect(await at('/api/v1/db-status')).toBe(200);
    });

    it('the same in every version of the app’s API', async () => {
      await start({ token: TOKEN }, undefined, (one) => {
        one.setGlobalPrefix('api');
        one.enableVersioning({ type: VersioningType.URI, defaultVersion: '2' });
      });
      expect(await at('/api/db-status')).toBe(200);
      expect(await at('/api/v2/db-status')).toBe(404);
    });

    it('where the app says', async () => {
      await start({ token: TOKEN, path: 'internal/database' });
      expect(await at('/internal/database/db-status')).toBe(200);
      expect(await at('/api/db-status')).toBe(404);
    });

    it('on the OpenAPI page, with their refusals and the token', async () => {
      await start({ token: TOKEN }, undefined, (one) => one.setGlobalPrefix('api'));
      const document = SwaggerModule.createDocument(
        app!,
        new DocumentBuilder().addBearerAuth().build(),
      );
      expect(Object.keys(document.paths).sort()).toEqual([
        '/api/db-backup',
        '/api/db-restore',
        '/api/db-restore-points',
        '/api/db-status',
        '/api/db-sync',
      ]);
      const { post } = document.paths['/api/db-restore']!;
      expect(Object.keys(post!.responses).sort()).toEqual([
        '200',
        '400',
        '401',
        '404',
        '409',
        '503',
      ]);
      expect(post!.security).toEqual([{ bearer: [] }]);
    });
  });

  describe('what they do', () => {
    it('status: whether data survives a redeploy comes first, in words', async () => {
      await start({ token: TOKEN });
      const { body, headers } = await http().get('/api/db-status').set(BEARER);
      expect(Object.keys(body as object).slice(0, 2)).toEqual(['summary', 'survivesRedeploy']);
      expect(headers['cache-control']).toBe('no-store');
      expect(body).toMatchObject({
        role: 'owner',
        lastBackup: null,
        backupError: null,
        requests: { month: expect.stringMatching(/^\d{4}-\d\d$/), put: expect.any(Number) },
      });
    });

    it('sync: says what it stored', async () => {
      await start({ token: TOKEN }, { storage: memory(), publishIntervalMs: 3_600_000 });
      await app!.get(SyncService).flush();
      await notes().save({ text: 'a' });
      await notes().save({ text: 'b' });
      const { body } = await http().post('/api/db-sync').set(BEARER).expect(200);
      expect(body).toMatchObject({
        stored: true,
        reason: null,
        waited: { commits: expect.any(Number) },
      });
      expect(body.entries).toBeGreaterThanOrEqual(1);
      const again = await http().post('/api/db-sync').set(BEARER).expect(200);
      expect(again.body).toMatchObject({ entries: 0, txid: body.txid });
    });

    it('backup: makes one, and says when there is nothing new', async () => {
      await start({ token: TOKEN });
      const first = await http().post('/api/db-backup').set(BEARER).expect(200);
      expect(first.body).toMatchObject({ key: 'app.db', bytes: expect.any(Number) });
      const second = await http().post('/api/db-backup').set(BEARER).expect(200);
      expect(second.body).toMatchObject({ txid: first.body.txid, skipped: 'unchanged' });
      const { body } = await http().get('/api/db-status').set(BEARER);
      expect(body).toMatchObject({
        lastBackup: { key: 'app.db', txid: first.body.txid },
        lastVerify: { outcome: 'verified' },
      });
    });

    it('restore: a point of the list into a new file, a name and never a path, never over a file', async () => {
      await start({ token: TOKEN });
      await notes().save({ text: 'a' });
      await app!.get(SyncService).flush();
      const points = await http().get('/api/db-restore-points?limit=1').set(BEARER).expect(200);
      const [{ txid }] = points.body.points as [{ txid: number }];
      const restore = (body: object) => http().post('/api/db-restore').set(BEARER).send(body);
      const { body } = await restore({ file: 'rescued.db', txid }).expect(200);
      expect(body).toMatchObject({ file: 'rescued.db', txid, bytes: expect.any(Number) });
      expect(existsSync(folder.file('restored', 'rescued.db'))).toBe(true);
      const taken = await restore({ file: 'rescued.db' }).expect(409);
      expect(taken.body).toMatchObject({ code: 'RESTORE_TARGET_EXISTS', hint: expect.any(String) });
      expect((await restore({ file: 'x.db', txid: 99_999 })).status).toBe(404);
      const before = readdirSync(folder.path);
      for (const file of [
        '../app.db',
        '/etc/x.db',
        'a/b.db',
        '..',
        '.hidden',
        'C:\\x.db',
        'nul',
        7,
        'rescued.db-wal',
        'x.db.lock',
        '',
      ])
        expect((await restore({ file })).body).toMatchObject({ code: 'OPTION_INVALID' });
      expect((await restore({ file: 'a.db', replace: true })).body.code).toBe('OPTION_UNKNOWN');
      expect(readdirSync(folder.path)).toEqual(before);
      expect(readdirSync(folder.file('restored'))).toEqual(['rescued.db']);
      const unread = await http()
        .post('/api/db-restore')
        .set({ ...BEARER, 'content-type': 'text/plain' })
        .send('{"file":"b.db","txid":1}');
      expect(unread.body).toMatchObject({ code: 'OPTION_INVALID' });
      const [{ time }] = points.body.points as [{ time: number }];
      const earlier = `/api/db-restore-points?to=${time}`;
      expect((await http().get(earlier).set(BEARER).expect(200)).body.points).not.toContainEqual(
        expect.objectContaining({ txid }),
      );
      expect(readdirSync(folder.file('restored'))).toEqual(['rescued.db']);
      // Without a name it chooses one, without a point the newest.
      expect((await restore({})).body.file).toMatch(/^restored-.*\.db$/);
    });

    it('a store that is away is a 503 with code and hint, and no path of the host', async () => {
      const store = new FaultyObjectStore(new MemoryStore());
      await start({ token: TOKEN }, { storage: store, flushTimeoutMs: 100 });
      await app!.get(SyncService).flush();
      store.inject({
        fault: { kind: 'fail' },
        when: ({ operation }) => operation === 'put',
        times: 1e9,
      });
      await notes().save({ text: 'waits' });
      for (const path of ['/api/db-sync', '/api/db-backup']) {
        const { body, text } = await http().post(path).set(BEARER).expect(503);
        expect(body).toMatchObject({
          statusCode: 503,
          code: 'FLUSH_TIMEOUT',
          hint: expect.any(String),
        });
        expect(text).not.toContain(folder.path);
      }
      const { body } = await http().get('/api/db-status').set(BEARER).expect(200);
      expect(body).toMatchObject({ backupError: { code: 'FLUSH_TIMEOUT' }, lag: { commits: 1 } });
      store.heal();
    });

    it('without a store they say so', async () => {
      await start({ token: TOKEN }, {});
      const { body } = await http().post('/api/db-backup').set(BEARER).expect(409);
      expect(body).toMatchObject({ code: 'STORE_NOT_CONFIGURED' });
      const sync = await http().post('/api/db-sync').set(BEARER).expect(200);
      expect(sync.body).toMatchObject({
        stored: false,
        reason: expect.stringContaining('No store'),
      });
    });

    it('each database has its own', async () => {
      const imports = [
        PersistenceModule.forRoot({ database: folder.file('app.db'), storage: memory() }),
        PersistenceModule.forRoot({
          name: 'orders',
          database: folder.file('o.db'),
          storage: memory(),
        }),
        PersistenceAdminModule.forRoot({ token: TOKEN }),
        PersistenceAdminModule.forRoot({ token: TOKEN, database: 'orders' }),
      ];
      const module = await Test.createTestingModule({ imports }).setLogger(new AppLog()).compile();
      app = await module.createNestApplication().init();
      const one = await http().get('/api/db-status').set(BEARER);
      const other = await http().get('/api/orders/db-status').set(BEARER);
      expect([one.body.database, other.body.database]).toEqual(['app', 'orders']);
    });

    it('says at the start which module is missing', async () => {
      const module = await Test.createTestingModule({
        imports: [PersistenceAdminModule.forRoot({ token: TOKEN })],
      })
        .setLogger(new AppLog())
        .compile();
      await expect(module.createNestApplication().init()).rejects.toMatchObject({
        code: 'MODULE_MISSING',
      });
    });
  });

  it('ten thousand health and status calls ask the store for nothing', async () => {
    const store = new FaultyObjectStore(new MemoryStore());
    await start({ token: TOKEN }, { storage: store });
    await app!.get(SyncService).flush();
    store.calls.length = 0;
    const { PersistenceHealthIndicator } = await import('nestjs-persistence');
    const health = app!.get(PersistenceHealthIndicator);
    const sync = app!.get(SyncService);
    for (let call = 0; call < 10_000; call++) {
      health.isHealthy('database', { backupAgeMaxMs: 1e9 });
      health.isAlive('database');
      sync.status();
    }
    for (let call = 0; call < 50; call++)
      await http().get('/api/db-status').set(BEARER).expect(200);
    expect(store.calls).toEqual([]);
  });
});
