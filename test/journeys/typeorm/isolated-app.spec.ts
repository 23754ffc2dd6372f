import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { TypeOrmModule, type TypeOrmDataSourceFactory } from '@nestjs/typeorm';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { Column, DataSource, Entity, PrimaryGeneratedColumn } from 'typeorm';
import {
  addTransactionalDataSource,
  deleteDataSourceByName,
  initializeTransactionalContext,
  Propagation,
  runInTransaction,
  StorageDriver,
} from 'typeorm-transactional';
import { memory, PersistenceModule, SyncService } from '../../../libs/persistence';

@Entity()
class Row {
  @PrimaryGeneratedColumn() id!: number;
  @Column('text') text!: string;
}

interface App {
  readonly dataSource: DataSource;
  readonly sync: SyncService;
}

const ends: (() => Promise<void>)[] = [];
beforeEach(() => Logger.overrideLogger(false));
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

async function start(
  given: { dataSource?: 'stock'; lockTimeoutMs?: number; factory?: TypeOrmDataSourceFactory } = {},
): Promise<App> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'isolated-app-'));
  ends.push(() => rm(folder, { recursive: true, force: true }));
  const { dataSource, factory, lockTimeoutMs = 10_000 } = given;
  const module = await Test.createTestingModule({
    imports: [
      PersistenceModule.forRoot({
        database: path.join(folder, 'app.db'),
        storage: memory(),
        lockTimeoutMs,
      }),
      TypeOrmModule.forRootAsync(
        PersistenceModule.typeOrm({
          synchronize: true,
          autoLoadEntities: true,
          ...(dataSource && { dataSource }),
          ...(factory && { dataSourceFactory: factory }),
        }),
      ),
      TypeOrmModule.forFeature([Row]),
    ],
  }).compile();
  await module.init();
  ends.push(() => module.close());
  return { dataSource: module.get(DataSource), sync: module.get(SyncService) };
}

const texts = async ({ dataSource }: App) =>
  (await dataSource.getRepository(Row).find({ order: { id: 'ASC' } })).map(({ text }) => text);

it('a hundred requests at once, every third of which fails, keep all that was acknowledged and nothing else', async () => {
  const app = await start();
  const outcomes = await Promise.allSettled(
    Array.from({ length: 100 }, (_, i) =>
      app.dataSource.transaction(async (manager) => {
        await manager.save(Row, { text: `${i}` });
        await new Promise((resolve) => setImmediate(resolve));
        if (i % 3 === 0) throw new Error('business');
      }),
    ),
  );
  const acknowledged = outcomes.flatMap(({ status }, i) =>
    status === 'fulfilled' ? [`${i}`] : [],
  );
  expect(await texts(app)).toEqual(acknowledged);
  expect(await app.sync.flush()).toMatchObject({ stored: true });
});

it('flush() inside a transaction is refused, and sync.transaction() answers when it is stored', async () => {
  const app = await start();
  await expect(app.dataSource.transaction(() => app.sync.flush())).rejects.toMatchObject({
    code: 'FLUSH_INSIDE_TRANSACTION',
  });
  await app.sync.transaction((manager) => manager.save(Row, { text: 'stored' }));
  expect(await texts(app)).toEqual(['stored']);
});

it('dataSource: "stock" leaves the DataSource of TypeORM as it is', async () => {
  const app = await start({ dataSource: 'stock' });
  expect(app.dataSource.createQueryRunner()).toBe(app.dataSource.createQueryRunner());
  await app.dataSource.getRepository(Row).save({ text: 'x' });
  expect(await app.sync.flush()).toMatchObject({ stored: true });
});

it('a DataSource that the app initializes itself is refused with what to do', async () => {
  const factory: TypeOrmDataSourceFactory = (options) => new DataSource(options!).initialize();
  await expect(start({ factory })).rejects.toMatchObject({ code: 'OPTION_INVALID' });
});

function startTransactional(): Promise<App> {
  initializeTransactionalContext({ storageDriver: StorageDriver.ASYNC_LOCAL_STORAGE });
  ends.push(() => Promise.resolve(void deleteDataSourceByName('default')));
  const factory: TypeOrmDataSourceFactory = (options) =>
    Promise.resolve(addTransactionalDataSource(new DataSource(options!)));
  return start({ factory, lockTimeoutMs: 2_000 });
}

it('typeorm-transactional works as it is: nested, new and failing transactions', async () => {
  const app = await startTransactional();
  const rows = app.dataSource.getRepository(Row);
  const failing = (text: string, propagation: Propagation) =>
    runInTransaction(
      async () => {
        await rows.save({ text });
        throw new Error('business');
      },
      { propagation },
    ).catch(() => {});
  await runInTransaction(async () => {
    await rows.save({ text: 'outer' });
    await failing('nested', Propagation.NESTED);
    await failing('new', Propagation.REQUIRES_NEW);
    await runInTransaction(() => rows.save({ text: 'joined' }));
  });
  await failing('alone', Propagation.REQUIRED);
  await Promise.all([
    runInTransaction(() => rows.save({ text: 'one' })),
    failing('beside', Propagation.REQUIRED),
    rows.save({ text: 'two' }),
  ]);
  expect((await texts(app)).sort()).toEqual(['joined', 'one', 'outer', 'two']);
});

it.each([
  [Propagation.REQUIRES_NEW, 'a savepoint of'],
  [Propagation.NOT_SUPPORTED, 'a part of'],
])('%s is %s the one around it: SQLite has one writer', async (propagation) => {
  const app = await startTransactional();
  const rows = app.dataSource.getRepository(Row);
  const outer = (fails: boolean) =>
    runInTransaction(async () => {
      await rows.save({ text: 'outer' });
      await runInTransaction(() => rows.save({ text: 'inner' }), { propagation });
      if (fails) throw new Error('business');
    });
  await expect(outer(true)).rejects.toThrow('business');
  expect(await texts(app)).toEqual([]);
  await outer(false);
  expect(await texts(app)).toEqual(['outer', 'inner']);
});
