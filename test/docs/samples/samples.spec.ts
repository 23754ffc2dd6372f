import { Controller, type INestApplication, type ModuleMetadata, Post } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { TerminusModule } from '@nestjs/terminus';
import { TypeOrmModule } from '@nestjs/typeorm';
import { existsSync, readdirSync, rmSync } from 'node:fs';
import request from 'supertest';
import { initializeTransactionalContext, runInTransaction } from 'typeorm-transactional';
import { DataSource, type MigrationInterface, type QueryRunner } from 'typeorm';
import {
  directory,
  getSyncServiceToken,
  PersistenceHealthIndicator,
  PersistenceModule,
  SyncService,
} from 'nestjs-persistence';
import { AzureBlobStorageProvider } from 'nestjs-persistence/storage/azure-blob';
import { S3StorageProvider } from 'nestjs-persistence/storage/s3';
import { AppLog } from '../../journeys/support/start-app';
import { temporaryFolder } from '../../journeys/support/temporary-folder';
import { startS3Server } from '../../servers/s3';
import { AppModule } from './app.module';
import { AzureModule } from './azure.module';
import { HealthController } from './health.controller';
import { bootstrap } from './main';
import { JobQueue } from './job-queue';
import { MapStore } from './map-store';
import { migrations } from './migrations';
import { Payment } from './payment.entity';
import { PaymentsController } from './payments.controller';
import { redeploy } from './redeploy.sample-test';
import { ProbesController } from './probes.controller';
import { RefusingModule } from './refusing.module';
import { Rescue } from './rescue';
import { S3Module } from './s3.module';
import { SeedService } from './seed.service';
import { StorageModule } from './storage.module';
import { TransactionalModule } from './transactional.module';
import { TwoDatabasesModule } from './two-databases.module';
import { User } from './user.entity';
import { startWithoutReplica } from './users.sample-test';
import { Vault } from './vault';
import { VaultedModule } from './vault.module';

class DropUsersAndFail1765000000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('DELETE FROM "user"');
    await runner.query('DROP TABLE absent');
  }

  down = () => Promise.resolve();
}

describe('the code in the documentation', () => {
  const folder = temporaryFolder();
  const variables = [
    'NETWORK_DB_PATH',
    'NETWORK_DB_PATH_ORDERS',
    'DATABASE_PATH',
    'DATABASE_PATH_ORDERS',
    'PERSISTENCE_ENABLED',
    'PERSISTENCE_ADMIN_TOKEN',
    'PORT',
  ] as const;
  afterEach(() => variables.forEach((name) => delete process.env[name]));

  const serve = async (module: ModuleMetadata): Promise<INestApplication> => {
    const compiled = await Test.createTestingModule(module).setLogger(new AppLog()).compile();
    return compiled.createNestApplication().init();
  };
  const server = (app: INestApplication) => request(app.getHttpServer());

  it('README: the five lines make an app whose users survive the loss of its disk', async () => {
    process.env.NETWORK_DB_PATH = folder.file('shared-name.db');
    process.env.DATABASE_PATH = folder.file('disk', 'app.db');
    let app = await serve({ imports: [AppModule] });
    await server(app).post('/users').send({ name: 'Ada' }).expect(201);
    await app.close();
    rmSync(folder.file('disk'), { recursive: true });
    app = await serve({ imports: [AppModule] });
    await server(app)
      .get('/users')
      .expect(200, [{ id: 1, name: 'Ada' }]);
    await app.close();
  });

  it('five-minutes: what bootstrap() starts answers over HTTP', async () => {
    process.env.NETWORK_DB_PATH = folder.file('shared-name.db');
    process.env.DATABASE_PATH = folder.file('disk', 'app.db');
    process.env.PORT = '0';
    const app = await bootstrap();
    await request(await app.getUrl())
      .post('/users')
      .send({ name: 'Ada' })
      .expect(201);
    await app.close();
  });

  it('five-minutes: the platform’s check needs no Terminus', async () => {
    process.env.NETWORK_DB_PATH = folder.file('shared-name.db');
    process.env.DATABASE_PATH = folder.file('disk', 'app.db');
    const app = await serve({ imports: [AppModule] });
    const check = jest.spyOn(app.get(PersistenceHealthIndicator), 'isAlive');
    await server(app)
      .get('/health/live')
      .expect(200, { database: { status: 'up', role: 'owner' } });
    check.mockReturnValue({ database: { status: 'down', reason: 'superseded' } });
    await server(app).get('/health/live').expect(503);
    await app.close();
  });

  it('platforms: with the filter, an instance that was superseded answers a write with 503', async () => {
    process.env.NETWORK_DB_PATH = folder.file('shared-name.db');
    process.env.DATABASE_PATH = folder.file('disk-1', 'app.db');
    @Controller('unconfirmed')
    class Unconfirmed {
      constructor(private readonly dataSource: DataSource) {}

      @Post()
      create(): Promise<User> {
        return this.dataSource.getRepository(User).save({ name: 'Grace' });
      }
    }
    const older = await serve({ imports: [RefusingModule], controllers: [Unconfirmed] });
    await server(older).post('/users').send({ name: 'Ada' }).expect(201);
    process.env.DATABASE_PATH = folder.file('disk-2', 'app.db');
    const younger = await serve({ imports: [RefusingModule] });
    // The older one learns of it when its commit meets the younger one's; from then on its writes are refused.
    const first = await server(older).post('/users').send({ name: 'Grace' }).expect(503);
    expect(first.body).toMatchObject({ statusCode: 503, code: 'COMMIT_UNCONFIRMED' });
    const second = await server(older).post('/unconfirmed').expect(503);
    expect(second.body).toMatchObject({ statusCode: 503, code: 'REPLICA_FENCED' });
    await server(older).get('/users').expect(200);
    await server(younger).post('/users').send({ name: 'Grace' }).expect(201);
    await server(younger).post('/users').send({}).expect(500);
    await older.close();
    await younger.close();
  });

  it('durability: a payment sent twice with one key is made once', async () => {
    process.env.NETWORK_DB_PATH = folder.file('shared-name.db');
    process.env.DATABASE_PATH = folder.file('disk', 'app.db');
    const app = await serve({
      imports: [
        PersistenceModule.forRoot(),
        TypeOrmModule.forRootAsync(
          PersistenceModule.typeOrm({ entities: [Payment], synchronize: true }),
        ),
        TypeOrmModule.forFeature([Payment]),
      ],
      controllers: [PaymentsController],
    });
    await server(app).put('/payments/k1').send({ cents: 100 }).expect(200);
    await server(app)
      .put('/payments/k1')
      .send({ cents: 200 })
      .expect(200, { key: 'k1', cents: 100 });
    expect(app.get(SyncService).status().lag.commits).toBe(0);
    await server(app)
      .get('/payments')
      .expect(200, [{ key: 'k1', cents: 100 }]);
    await app.close();
  });

  it('isolation: a job of a queue belongs to whoever added it, not to whoever runs it', async () => {
    process.env.NETWORK_DB_PATH = folder.file('shared-name.db');
    process.env.DATABASE_PATH = folder.file('disk', 'app.db');
    const app = await serve({ imports: [AppModule] });
    const users = app.get(DataSource).getRepository(User);
    const queue = new JobQueue();
    const added = (name: string) =>
      new Promise<void>((done) =>
        queue.add(async () => {
          await users.save({ name });
          done();
        }),
      );
    let begin!: () => void;
    const begun = new Promise<void>((resolve) => (begin = resolve));
    const failing = users.manager.transaction(async () => {
      const own = added('of the transaction');
      begin();
      await own;
      throw new Error('refused');
    });
    await begun;
    const [, refused] = await Promise.allSettled([added('of another caller'), failing]);
    expect(refused).toMatchObject({ status: 'rejected', reason: { message: 'refused' } });
    expect((await users.find()).map(({ name }) => name)).toEqual(['of another caller']);
    await app.close();
  });

  it('isolation: typeorm-transactional gets the DataSource from a factory of the app', async () => {
    initializeTransactionalContext();
    process.env.DATABASE_PATH = folder.file('disk', 'app.db');
    const app = await serve({ imports: [TransactionalModule] });
    const users = app.get(DataSource).getRepository(User);
    const failing = runInTransaction(async () => {
      await users.save({ name: 'Ada' });
      throw new Error('refused');
    });
    await Promise.all([expect(failing).rejects.toThrow('refused'), users.save({ name: 'Grace' })]);
    expect((await users.find()).map(({ name }) => name)).toEqual(['Grace']);
    await app.close();
  });

  it('several-databases: each has its own store and its own flush()', async () => {
    process.env.NETWORK_DB_PATH = folder.file('users.db');
    process.env.NETWORK_DB_PATH_ORDERS = folder.file('orders.db');
    for (const life of ['created', 'restored']) {
      process.env.DATABASE_PATH = folder.file(life, 'app.db');
      process.env.DATABASE_PATH_ORDERS = folder.file(life, 'orders.db');
      const app = await serve({ imports: [TwoDatabasesModule] });
      if (life === 'created') {
        await server(app).post('/users').send({ name: 'Ada' }).expect(201);
        await server(app).post('/orders').send({ article: 'Tea' }).expect(201);
      }
      await server(app)
        .get('/users')
        .expect(200, [{ id: 1, name: 'Ada' }]);
      await server(app)
        .get('/orders')
        .expect(200, [{ id: 1, article: 'Tea' }]);
      const orders = app.get<SyncService>(getSyncServiceToken('orders'));
      expect(orders.status()).toMatchObject({ database: 'orders', origin: life });
      await app.close();
    }
  });

  it('migrations: a new database is seeded once, a restored one is not', async () => {
    process.env.NETWORK_DB_PATH = folder.file('shared-name.db');
    process.env.DATABASE_PATH = folder.file('disk', 'app.db');
    for (const life of ['created', 'continued', 'restored']) {
      if (life === 'restored') rmSync(folder.file('disk'), { recursive: true });
      const app = await serve({ imports: [AppModule], providers: [SeedService] });
      expect(app.get(SyncService).status().origin).toBe(life);
      await server(app)
        .get('/users')
        .expect(200, [{ id: 1, name: 'Ada' }]);
      await app.close();
    }
  });

  it('migrations: one that fails stops the start and changes nothing', async () => {
    process.env.NETWORK_DB_PATH = folder.file('shared-name.db');
    process.env.DATABASE_PATH = folder.file('disk', 'app.db');
    let app = await serve({ imports: [AppModule] });
    await server(app).post('/users').send({ name: 'Ada' }).expect(201);
    await app.close();
    const failing = PersistenceModule.typeOrm({
      migrations: [...migrations, DropUsersAndFail1765000000000],
      migrationsRun: true,
    });
    jest.spyOn(console, 'log').mockReturnValueOnce(); // TypeORM says it there too
    const next = { imports: [PersistenceModule.forRoot(), TypeOrmModule.forRootAsync(failing)] };
    await expect(serve(next)).rejects.toThrow(/no such table: absent/);
    app = await serve({ imports: [AppModule] });
    await server(app)
      .get('/users')
      .expect(200, [{ id: 1, name: 'Ada' }]);
    await app.close();
  });

  it('migrations: the DataSource of the command line opens the local file, and makes no replica', async () => {
    process.env.NETWORK_DB_PATH = folder.file('shared-name.db');
    process.env.DATABASE_PATH = folder.file('disk', 'app.db');
    const { default: dataSource } = jest.requireActual<{ default: DataSource }>('./data-source');
    await dataSource.initialize();
    expect(await dataSource.runMigrations()).toHaveLength(1);
    await dataSource.destroy();
    expect(existsSync(folder.file('disk', 'app.db'))).toBe(true);
    expect(existsSync(folder.file('shared-name.db.replica'))).toBe(false);
  });

  it('migrations: what migration:run did to a fresh disk before the start is set aside', async () => {
    process.env.NETWORK_DB_PATH = folder.file('shared-name.db');
    process.env.DATABASE_PATH = folder.file('disk', 'app.db');
    let app = await serve({ imports: [AppModule] });
    await server(app).post('/users').send({ name: 'Ada' }).expect(201);
    await app.close();
    rmSync(folder.file('disk'), { recursive: true });
    // A process of its own, as the command line is: it reads DATABASE_PATH when it is loaded.
    await jest.isolateModulesAsync(async () => {
      const { default: dataSource } = jest.requireActual<{ default: DataSource }>('./data-source');
      await dataSource.initialize();
      await dataSource.runMigrations();
      await dataSource.query('CREATE TABLE lost (id INTEGER)');
      await dataSource.destroy();
    });
    app = await serve({ imports: [AppModule] });
    await server(app)
      .get('/users')
      .expect(200, [{ id: 1, name: 'Ada' }]);
    const tables = await app
      .get(DataSource)
      .query("SELECT name FROM sqlite_schema WHERE name = 'lost'");
    expect(tables).toEqual([]);
    expect(readdirSync(folder.file('disk')).join()).toContain('app.db.before-');
    await app.close();
  });

  it.each([
    ['s3', S3Module, S3StorageProvider],
    ['azure-blob', AzureModule, AzureBlobStorageProvider],
  ])(
    '%s: the store is opened by a provider that a test may replace',
    async (kind, module, token) => {
      process.env.DATABASE_PATH = folder.file('app.db');
      const compiled = await Test.createTestingModule({ imports: [module] })
        .overrideProvider(token)
        .useValue({ open: () => Promise.resolve(new MapStore()) })
        .setLogger(new AppLog())
        .compile();
      const app = await compiled.createNestApplication().init();
      expect(app.get(SyncService).status()).toMatchObject({ storage: kind, role: 'owner' });
      await app.close();
    },
  );

  it('admin: whoever has the token sees the status and gets a backup, nobody else does', async () => {
    process.env.NETWORK_DB_PATH = folder.file('shared-name.db');
    process.env.DATABASE_PATH = folder.file('disk', 'app.db');
    process.env.PERSISTENCE_ADMIN_TOKEN = 'a-long-and-random-text';
    const load = () => jest.requireActual<typeof import('./admin.module')>('./admin.module');
    const app = await serve({ imports: [load().AdministeredModule] });
    const token = 'Bearer a-long-and-random-text';
    await server(app).get('/api/db-status').expect(401);
    const { body } = await server(app)
      .get('/api/db-status')
      .set('authorization', token)
      .expect(200);
    expect(Object.keys(body as object)[0]).toBe('summary');
    await server(app).post('/api/db-backup').set('authorization', token).expect(200);
    expect(existsSync(folder.file('shared-name.db'))).toBe(true);
    await app.close();
  });

  it('health: each check answers for itself', async () => {
    const storage = directory({ path: folder.file('shared') });
    const app = await serve({
      imports: [
        TerminusModule,
        PersistenceModule.forRoot({ storage, database: folder.file('app.db') }),
      ],
      controllers: [ProbesController],
    });
    for (const check of ['live', 'ready', 'alert']) {
      const { body } = await server(app).get(`/health/${check}`).expect(200);
      expect(body).toMatchObject({ details: { database: { status: 'up', role: 'owner' } } });
    }
    await app.close();
  });

  it('testing-your-app: the setup file keeps a test away from the store of the environment', async () => {
    process.env.NETWORK_DB_PATH = folder.file('shared-name.db');
    jest.requireActual('./jest.setup');
    const app = await serve({ imports: [AppModule] });
    await server(app).post('/users').send({ name: 'Ada' }).expect(201);
    expect(app.get(SyncService).status()).toMatchObject({ role: 'disabled' });
    expect(existsSync(folder.file('shared-name.db.replica'))).toBe(false);
    await app.close();
  });

  it('testing-your-app: an app without a replica answers as always', async () => {
    const app = await startWithoutReplica();
    await server(app).post('/users').send({ name: 'Ada' }).expect(201);
    expect(app.get(SyncService).status()).toMatchObject({ role: 'disabled' });
    await app.close();
  });

  it('testing-your-app: two lives on one memory() show a redeploy', async () => {
    expect(await redeploy()).toMatchObject([{ name: 'Ada' }]);
  });

  it('custom-store: a store of one’s own keeps the database', async () => {
    process.env.DATABASE_PATH = folder.file('app.db');
    const app = await serve({ imports: [StorageModule] });
    expect(app.get(SyncService).status()).toMatchObject({ storage: 'custom', role: 'owner' });
    await app.close();
  });

  it('custom-store: a provider of one’s own opens the bucket with what it was injected', async () => {
    process.env.DATABASE_PATH = folder.file('app.db');
    const s3 = await startS3Server({ buckets: ['my-app-database'] });
    Vault.contents = { endpoint: s3.url, ...s3.credentials };
    const app = await serve({ imports: [VaultedModule] });
    expect(app.get(SyncService).status()).toMatchObject({ storage: 's3', role: 'owner' });
    await app.close();
    await s3.close();
  });

  it('failures: health is the JSON of Terminus', async () => {
    const storage = directory({ path: folder.file('shared') });
    const app = await serve({
      imports: [
        TerminusModule,
        PersistenceModule.forRoot({ storage, database: folder.file('app.db') }),
      ],
      controllers: [HealthController],
    });
    const { body } = await server(app).get('/health/ready').expect(200);
    expect(body).toMatchObject({ details: { database: { status: 'up', role: 'owner' } } });
    await app.close();
  });

  it('failures: any state is restored into a new file while the app runs', async () => {
    process.env.NETWORK_DB_PATH = folder.file('shared-name.db');
    process.env.DATABASE_PATH = folder.file('disk', 'app.db');
    const app = await serve({ imports: [AppModule], providers: [Rescue] });
    // Each is confirmed, so the second one has a TXID above 2.
    await server(app).post('/users').send({ name: 'Ada' }).expect(201);
    await server(app).post('/users').send({ name: 'Grace' }).expect(201);
    const before = process.cwd();
    process.chdir(folder.path);
    try {
      const [newest, earlier] = await app.get(Rescue).copies();
      expect(earlier!.txid).toBe(2);
      expect(newest!.txid).toBeGreaterThan(2);
      expect(existsSync(folder.file('newest.db'))).toBe(true);
    } finally {
      process.chdir(before);
      await app.close();
    }
  });
});
