import { afterEach, describe, expect, it } from '@jest/globals';
import type { TestingModule } from '@nestjs/testing';
import { getDataSourceToken } from '@nestjs/typeorm';
import { memory, type PersistenceOptions } from 'nestjs-persistence';
import type { DataSource } from 'typeorm';
import { Note } from '../support/note.entity';
import { persistence, startApp } from '../support/start-app';
import { temporaryFolder } from '../support/temporary-folder';

const LIMITS = ['LOCK_TIMEOUT_MS', 'TRANSACTION_TIMEOUT_MS'].map((each) => `PERSISTENCE_${each}`);

describe('the limits of transactions', () => {
  const folder = temporaryFolder();
  let app: TestingModule | undefined;
  afterEach(async () => {
    await app?.close();
    for (const limit of LIMITS) for (const end of ['', '_ORDERS']) delete process.env[limit + end];
  });

  async function start(options: PersistenceOptions = {}): Promise<DataSource> {
    const { name } = options;
    const database = folder.file('app.db');
    app = await startApp(
      persistence(
        { database, storage: memory(), ...options },
        { entities: [Note], synchronize: true, ...(name !== undefined && { name }) },
      ),
    );
    return app.get<DataSource>(getDataSourceToken(name));
  }

  /** A transaction that nobody ends. */
  async function holdOpen(dataSource: DataSource) {
    const runner = dataSource.createQueryRunner();
    await runner.startTransaction();
    await runner.manager.insert(Note, { text: 'forgotten' });
    return runner;
  }

  const textsOf = async (dataSource: DataSource) =>
    (await dataSource.getRepository(Note).find()).map(({ text }) => text);

  const ways: [string, PersistenceOptions, string | undefined][] = [
    ['by forRoot()', {}, undefined],
    ['by the variables of a named database', { name: 'orders' }, '_ORDERS'],
  ];

  it.each(ways)('hold %s: who waits longer than lockTimeoutMs fails', async (_, options, end) => {
    if (end !== undefined) process.env[`PERSISTENCE_LOCK_TIMEOUT_MS${end}`] = '50';
    const dataSource = await start({ ...options, ...(end === undefined && { lockTimeoutMs: 50 }) });
    const runner = await holdOpen(dataSource);
    await expect(dataSource.getRepository(Note).insert({ text: 'late' })).rejects.toMatchObject({
      code: 'TRANSACTION_WAIT_TIMEOUT',
    });
    await runner.commitTransaction();
    await runner.release();
    expect(await textsOf(dataSource)).toEqual(['forgotten']);
  });

  it.each(ways)(
    'hold %s: what is open for longer than transactionTimeoutMs is rolled back',
    async (_, options, end) => {
      if (end !== undefined) process.env[`PERSISTENCE_TRANSACTION_TIMEOUT_MS${end}`] = '200';
      const given = { ...options, ...(end === undefined && { transactionTimeoutMs: 200 }) };
      const dataSource = await start(given);
      const runner = await holdOpen(dataSource);
      await dataSource.getRepository(Note).insert({ text: 'next' });
      expect(await textsOf(dataSource)).toEqual(['next']);
      await expect(runner.commitTransaction()).rejects.toMatchObject({ code: 'TRANSACTION_LOST' });
      await runner.release();
    },
  );
});
