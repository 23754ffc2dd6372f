import { Inject, Injectable, Module } from '@nestjs/common';
import { getDataSourceToken, TypeOrmModule } from '@nestjs/typeorm';
import { existsSync } from 'node:fs';
import {
  directory,
  getSyncServiceToken,
  memory,
  PersistenceHealthIndicator,
  PersistenceModule,
  SyncService,
} from 'nestjs-persistence';
import { PersistenceAdminModule } from 'nestjs-persistence/admin';
import { azureBlob } from 'nestjs-persistence/storage/azure-blob';
import { s3 } from 'nestjs-persistence/storage/s3';
import { DataSource } from 'typeorm';
import { planStorage } from '../../../libs/persistence/storage/detect-storage';
import type { StorageChoice } from '../../../libs/persistence/storage/storage-choice';
import { TakenPlaces } from '../../../libs/persistence/storage/taken-places';
import { AppLog, persistence, startApp } from '../support/start-app';
import { temporaryFolder } from '../support/temporary-folder';

describe('a wrong setup is refused with the lines to write', () => {
  const folder = temporaryFolder();

  it('when PersistenceModule is not imported', async () => {
    const start = startApp([TypeOrmModule.forRootAsync(PersistenceModule.typeOrm())]);
    await expect(start).rejects.toMatchObject({
      code: 'MODULE_MISSING',
      hint: expect.stringContaining(
        'PersistenceModule.forRoot(), TypeOrmModule.forRootAsync(PersistenceModule.typeOrm({ ... }))',
      ),
    });
  });

  it('when the module of a named database is not imported', async () => {
    const typeOrm = TypeOrmModule.forRootAsync(PersistenceModule.typeOrm({ name: 'orders' }));
    await expect(
      startApp([PersistenceModule.forRoot({ enabled: false }), typeOrm]),
    ).rejects.toMatchObject({
      code: 'MODULE_MISSING',
      message: expect.stringContaining('"orders"'),
      hint: expect.stringContaining("forRoot({ name: 'orders' })"),
    });
  });

  it('when health is asked for a database that is not there', async () => {
    const app = await startApp([PersistenceModule.forRoot({ enabled: false })]);
    const health = app.get(PersistenceHealthIndicator);
    expect(() => health.isHealthy('db', { database: 'orders' })).toThrow(
      expect.objectContaining({ code: 'MODULE_MISSING' }),
    );
    await app.close();
  });

  it('when a database is injected that is not imported: a line says what to write, before Nest says its own', async () => {
    class UsesOrders {}
    Inject(getSyncServiceToken('orders'))(UsesOrders, undefined, 0);
    Injectable()(UsesOrders);
    const log = new AppLog();
    const off = PersistenceModule.forRoot({ enabled: false, database: ':memory:' });
    await expect(startApp([off], log, { providers: [UsesOrders] })).rejects.toThrow(
      "SyncService of PersistenceModule.forRoot({ name: 'orders' })",
    );
    expect(log.ours.join('\n')).toMatch(
      /MODULE_MISSING: .*"orders"\. .*forRoot\(\{ name: 'orders' \}\)/,
    );
  });

  it('when SyncService is injected and only typeOrm() is there', async () => {
    class Uses {}
    Inject(SyncService)(Uses, undefined, 0);
    Injectable()(Uses);
    const log = new AppLog();
    const typeOrm = TypeOrmModule.forRootAsync(PersistenceModule.typeOrm());
    await expect(startApp([typeOrm], log, { providers: [Uses] })).rejects.toThrow();
    expect(log.ours.join('\n')).toMatch('MODULE_MISSING: PersistenceModule is not imported.');
  });

  it('when health is injected and only typeOrm() is there', async () => {
    class Uses {}
    Inject(PersistenceHealthIndicator)(Uses, undefined, 0);
    Injectable()(Uses);
    const log = new AppLog();
    const typeOrm = TypeOrmModule.forRootAsync(PersistenceModule.typeOrm());
    await expect(startApp([typeOrm], log, { providers: [Uses] })).rejects.toThrow();
    expect(log.ours.join('\n')).toMatch('MODULE_MISSING: PersistenceModule is not imported.');
  });

  it('when health is injected and only a named database is there, nothing is said', async () => {
    class Uses {}
    Inject(PersistenceHealthIndicator)(Uses, undefined, 0);
    Injectable()(Uses);
    const log = new AppLog();
    const orders = PersistenceModule.forRoot({ name: 'orders', enabled: false });
    const app = await startApp([orders], log, { providers: [Uses] });
    expect(log.ours.join('\n')).not.toMatch('MODULE_MISSING');
    await app.close();
  });

  it('when the module is imported without forRoot(): with the lines to write, whatever else is missing then', async () => {
    const lines = expect.stringContaining(
      'PersistenceModule.forRoot(), TypeOrmModule.forRootAsync(PersistenceModule.typeOrm({ ... }))',
    );
    const alone = new AppLog();
    await expect(startApp([PersistenceModule], alone)).rejects.toMatchObject({
      code: 'MODULE_MISSING',
      message: expect.stringContaining('bare class'),
      hint: lines,
    });
    expect(alone.ours).toEqual([lines]);

    class Uses {}
    Inject(SyncService)(Uses, undefined, 0);
    Injectable()(Uses);
    const log = new AppLog();
    await expect(startApp([PersistenceModule], log, { providers: [Uses] })).rejects.toThrow();
    expect(log.ours).toContainEqual(lines);
  });

  it('but the bare module beside one with forRoot() is harmless, in whichever order', async () => {
    @Module({ imports: [PersistenceModule] })
    class Feature {}
    const app = await startApp([Feature, PersistenceModule.forRoot({ enabled: false })]);
    expect(app.get(SyncService).status().role).toBe('disabled');
    await app.close();
  });

  it('when the admin module is imported without forRoot()', async () => {
    const log = new AppLog();
    const off = PersistenceModule.forRoot({ enabled: false });
    await expect(startApp([off, PersistenceAdminModule], log)).rejects.toMatchObject({
      code: 'ADMIN_UNGUARDED',
      hint: expect.stringContaining('PersistenceAdminModule.forRoot({ token:'),
    });
    expect(log.ours.join('\n')).toMatch('PersistenceAdminModule.forRoot({ token:');
  });

  it('when a stub stands where the module is not imported, nothing is said', async () => {
    class Uses {}
    Inject(SyncService)(Uses, undefined, 0);
    Injectable()(Uses);
    const log = new AppLog();
    const orders = PersistenceModule.forRoot({ name: 'orders', enabled: false });
    const stub = { provide: SyncService, useValue: { flush: () => Promise.resolve() } };
    const app = await startApp([orders], log, { providers: [Uses, stub] });
    expect(log.ours.join('\n')).not.toMatch('MODULE_MISSING');
    await app.close();
  });

  it('when the module is imported twice for one database', async () => {
    const module = () =>
      PersistenceModule.forRoot({ storage: memory(), database: folder.file('a.db') });
    await expect(startApp([module(), module()])).rejects.toMatchObject({
      code: 'OPTION_INVALID',
      message: expect.stringContaining('twice for the database "app"'),
      hint: expect.stringContaining('root module'),
    });
  });

  it.each([
    ['one folder', directory({ path: '/nowhere' }), directory({ path: '/nowhere/' })],
    ['one bucket', s3({ bucket: 'b', key: 'x.db' }), s3({ bucket: 'b', key: 'x.db' })],
    [
      'the log of the other',
      s3({ bucket: 'b', key: 'x.db' }),
      s3({ bucket: 'b', key: 'x.db.replica/y' }),
    ],
    [
      'one container',
      azureBlob({ account: 'acc', blob: 'x.db' }),
      azureBlob({ account: 'https://acc.blob.core.windows.net', blob: 'x.db' }),
    ],
  ])('when two databases are to be stored in %s', (_, first, second) => {
    const places = new TakenPlaces();
    const plan = (name: string, option: StorageChoice) =>
      planStorage(name, option, () => undefined);
    places.takePlace('app', plan('x', first));
    expect(() => places.takePlace('orders', plan('x', second))).toThrow(
      expect.objectContaining({
        code: 'PREFIX_IN_USE',
        message: expect.stringContaining('"app" and "orders"'),
      }),
    );
    expect(() => places.takePlace('orders', plan('other', memory()))).not.toThrow();
  });

  it('when variables lead two databases to one file', async () => {
    process.env.NETWORK_DB_PATH = folder.file('shared.db');
    process.env.NETWORK_DB_PATH_ORDERS = folder.file('shared.db');
    try {
      const start = startApp([
        PersistenceModule.forRoot({ database: folder.file('1.db') }),
        PersistenceModule.forRoot({ name: 'orders', database: folder.file('2.db') }),
      ]);
      await expect(start).rejects.toMatchObject({ code: 'PREFIX_IN_USE' });
    } finally {
      delete process.env.NETWORK_DB_PATH;
      delete process.env.NETWORK_DB_PATH_ORDERS;
    }
  });

  describe('a data source that is not ours', () => {
    const refused = {
      code: 'MODULE_MISSING',
      hint: expect.stringContaining(
        'TypeOrmModule.forRootAsync(PersistenceModule.typeOrm({ ... }))',
      ),
    };
    const module = (storage = memory()) =>
      PersistenceModule.forRoot({ database: folder.file('app.db'), storage });
    const own = () =>
      ({ type: 'better-sqlite3', database: folder.file('x.db'), retryAttempts: 1 }) as const;
    const plain = () => TypeOrmModule.forRoot(own());
    const late = () => TypeOrmModule.forRootAsync({ useFactory: own });
    const typeOrm = () => TypeOrmModule.forRootAsync(PersistenceModule.typeOrm());

    it('when TypeORM opens its SQLite file by itself beside us', async () => {
      await expect(startApp([module(), plain()])).rejects.toMatchObject(refused);
    });

    it.each([
      ['in place of ours, before the module', () => [plain(), module()]],
      ['before ours', () => [module(), plain(), typeOrm()]],
      ['behind ours', () => [module(), typeOrm(), plain()]],
      ['before everything of ours', () => [plain(), module(), typeOrm()]],
      ['between ours and the module', () => [typeOrm(), plain(), module()]],
      ['before ours, by a factory', () => [module(), late(), typeOrm()]],
      ['behind ours, by a factory', () => [module(), typeOrm(), late()]],
    ])('refused: %s', async (_, imports) => {
      const log = new AppLog();
      await expect(startApp(imports(), log)).rejects.toMatchObject(refused);
      expect(log.ours.join('\n')).toMatch(/MODULE_MISSING: TypeORM opened .* Replace /);
    });

    it('no history is begun', async () => {
      const storage = memory();
      for (const imports of [
        [module(storage), plain(), typeOrm()],
        [module(storage), plain()],
      ]) {
        await expect(startApp(imports)).rejects.toMatchObject(refused);
      }
      expect(existsSync(folder.file('app.db'))).toBe(false);
      const app = await startApp([module(storage)]);
      expect(app.get(SyncService).status()).toMatchObject({ origin: 'created' });
      await app.close();
    });

    it('another kind of database may not have the name of ours either', async () => {
      const other = TypeOrmModule.forRoot({ type: 'better-sqlite3', database: ':memory:' });
      await expect(startApp([module(), other, typeOrm()])).rejects.toMatchObject({
        code: 'OPTION_INVALID',
        message: expect.stringContaining('"default"'),
        hint: expect.stringContaining("TypeOrmModule.forRoot({ name: 'reports'"),
      });
    });

    it('but one with a name of its own is the app’s business', async () => {
      const other = TypeOrmModule.forRoot({
        name: 'reports',
        type: 'better-sqlite3',
        database: folder.file('reports.db'),
      });
      const app = await startApp([module(), other, typeOrm()]);
      expect(app.get(DataSource).options.database).toBe(folder.file('app.db'));
      expect(app.get<DataSource>(getDataSourceToken('reports')).options.database).toBe(
        folder.file('reports.db'),
      );
      await app.close();
    });
  });

  it('when an option is unknown: before anything is changed, and also where TypeORM waits', async () => {
    const log = new AppLog();
    const options = { database: folder.file('sub', 'app.db'), flushTimeout: 3 };
    await expect(startApp(persistence(options, {}), log)).rejects.toMatchObject({
      code: 'OPTION_UNKNOWN',
      hint: expect.stringContaining('Did you mean "flushTimeoutMs"?'),
    });
    expect(existsSync(folder.file('sub'))).toBe(false);
    expect(log.ours).toEqual([
      expect.stringMatching(/^error Persistence: OPTION_UNKNOWN: .*flushTimeoutMs/),
    ]);
  });

  it.each([
    [{ database: 'other.db' }, 'database'],
    [{ type: 'postgres' }, 'type'],
  ])('when typeOrm() is given %j', async (settings, named) => {
    const start = startApp(
      persistence({ enabled: false, database: ':memory:' }, settings as object),
    );
    await expect(start).rejects.toMatchObject({
      code: 'OPTION_INVALID',
      message: expect.stringContaining(named),
    });
  });

  it('when the name is no name', () => {
    expect(() => PersistenceModule.forRoot({ name: 'Orders!' })).toThrow(
      expect.objectContaining({ code: 'OPTION_INVALID' }),
    );
  });

  it('when forRootAsync has no factory', () => {
    expect(() => PersistenceModule.forRootAsync({})).toThrow(
      expect.objectContaining({ code: 'OPTION_INVALID' }),
    );
  });

  it('and the app’s own error in an options factory stays the one that is reported', async () => {
    @Module({})
    class Empty {}
    const failing = {
      imports: [Empty],
      useFactory: () => {
        throw new Error('vault is sealed');
      },
    };
    const start = startApp([
      TypeOrmModule.forRootAsync(PersistenceModule.typeOrm()),
      PersistenceModule.forRootAsync(failing),
    ]);
    await expect(start).rejects.toThrow('vault is sealed');
  });
});
