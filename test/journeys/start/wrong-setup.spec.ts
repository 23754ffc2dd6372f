import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { existsSync } from 'node:fs';
import { memory, PersistenceHealthIndicator, PersistenceModule } from 'nestjs-persistence';
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

  it('when TypeORM opens its SQLite file by itself beside us', async () => {
    const start = startApp([
      PersistenceModule.forRoot({ database: folder.file('app.db'), storage: memory() }),
      TypeOrmModule.forRoot({ type: 'better-sqlite3', database: folder.file('app.db') }),
    ]);
    await expect(start).rejects.toMatchObject({
      code: 'MODULE_MISSING',
      hint: expect.stringContaining(
        'TypeOrmModule.forRootAsync(PersistenceModule.typeOrm({ ... }))',
      ),
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
