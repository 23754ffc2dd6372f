import type { INestApplication, ModuleMetadata } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { TerminusModule } from '@nestjs/terminus';
import { existsSync, rmSync } from 'node:fs';
import request from 'supertest';
import { directory, PersistenceModule, SyncService } from 'nestjs-persistence';
import { AppLog } from '../../journeys/support/start-app';
import { temporaryFolder } from '../../journeys/support/temporary-folder';
import { AppModule } from './app.module';
import { HealthController } from './health.controller';
import { bootstrap } from './main';
import { redeploy } from './redeploy.sample-test';
import { Rescue } from './rescue';
import { SeedService } from './seed.service';
import { StorageModule } from './storage.module';
import { startWithoutReplica } from './users.sample-test';

describe('the code in the documentation', () => {
  const folder = temporaryFolder();
  const variables = ['NETWORK_DB_PATH', 'DATABASE_PATH', 'PERSISTENCE_ENABLED', 'PORT'] as const;
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
