import Database from 'better-sqlite3';
import { memory, SyncService } from 'nestjs-persistence';
import { DataSource, type DataSourceOptions } from 'typeorm';
import type { DatabaseLife } from '../../../libs/persistence/database/database-life';
import { lifeToken } from '../../../libs/persistence/module/tokens';
import { Note } from '../support/note.entity';
import { persistence, startApp } from '../support/start-app';
import { temporaryFolder } from '../support/temporary-folder';

const typeOrm = { entities: [Note], synchronize: true };

describe('a commit', () => {
  const folder = temporaryFolder();
  const start = (settings: object = {}, options: object = {}) =>
    startApp(
      persistence(
        { database: folder.file('app.db'), storage: memory(), ...options },
        { ...typeOrm, ...settings },
      ),
    );

  it('wakes the shipper once, whichever API made it; what changes nothing wakes nobody', async () => {
    const app = await start();
    const dataSource = app.get(DataSource);
    const notes = dataSource.getRepository(Note);
    const wake = jest.spyOn(app.get<DatabaseLife>(lifeToken('app')), 'wake');
    const wakes = async (work: () => Promise<unknown>): Promise<number> => {
      wake.mockClear();
      await work().catch(() => undefined);
      return wake.mock.calls.length;
    };
    const text = 'x';
    expect(await wakes(() => notes.save({ text }))).toBe(1);
    expect(await wakes(() => notes.insert({ text }))).toBe(1);
    expect(await wakes(() => notes.update({ id: 1 }, { text: 'y' }))).toBe(1);
    expect(await wakes(() => notes.createQueryBuilder().delete().execute())).toBe(1);
    expect(await wakes(() => dataSource.query(`INSERT INTO note (text) VALUES ('r')`))).toBe(1);
    expect(await wakes(() => dataSource.query('CREATE TABLE other (a)'))).toBe(1);
    expect(await wakes(() => dataSource.transaction((m) => m.insert(Note, { text })))).toBe(1);
    expect(
      await wakes(() =>
        dataSource.transaction(async (outer) => {
          await outer.transaction((inner) => inner.insert(Note, { text }));
          await outer.insert(Note, { text });
        }),
      ),
    ).toBe(1);
    expect(await wakes(() => notes.find())).toBe(0);
    expect(await wakes(() => notes.count())).toBe(0);
    await app.close();
  });

  it('is not delayed or rejected by the hook, even if waking fails', async () => {
    const app = await start();
    const life = app.get<DatabaseLife>(lifeToken('app'));
    const wake = jest.spyOn(life, 'wake').mockImplementation(() => {
      throw new Error('a bug of ours');
    });
    await app.get(DataSource).getRepository(Note).save({ text: 'x' });
    expect(wake).toHaveBeenCalledTimes(1);
    jest.restoreAllMocks();
    await app.close();
  });

  it('is seen also with the app’s own DataSource, and after it was opened anew', async () => {
    class OwnDataSource extends DataSource {}
    const dataSourceFactory = jest.fn((options?: DataSourceOptions) =>
      Promise.resolve(new OwnDataSource(options!)),
    );
    const app = await start({ dataSourceFactory });
    const dataSource = app.get(DataSource);
    expect(dataSource).toBeInstanceOf(OwnDataSource);
    expect(dataSourceFactory).toHaveBeenCalledTimes(1);
    await dataSource.destroy();
    await dataSource.initialize();
    const wake = jest.spyOn(app.get<DatabaseLife>(lifeToken('app')), 'wake');
    await dataSource.getRepository(Note).insert({ text: 'x' });
    expect(wake).toHaveBeenCalledTimes(1);
    await app.close();
  });

  it('is seen also where a stock DataSource comes initialised', async () => {
    const app = await start({
      dataSource: 'stock',
      dataSourceFactory: (options?: DataSourceOptions) => new DataSource(options!).initialize(),
    });
    const wake = jest.spyOn(app.get<DatabaseLife>(lifeToken('app')), 'wake');
    await app.get(DataSource).getRepository(Note).insert({ text: 'x' });
    expect(wake).toHaveBeenCalledTimes(1);
    await app.close();
  });

  it('is stored when flush() resolves, ten callers or one', async () => {
    const app = await start();
    const sync = app.get(SyncService);
    await app.get(DataSource).getRepository(Note).insert({ text: 'x' });
    const results = await Promise.all(Array.from({ length: 10 }, () => sync.flush()));
    for (const { stored, txid } of results) {
      expect(stored).toBe(true);
      expect(sync.status().durableTxid).toBeGreaterThanOrEqual(txid!);
    }
    await app.close();
  });

  it('of a transaction that reads first cannot be refused by a checkpoint: the lock is taken at its begin', async () => {
    const app = await start();
    const other = new Database(folder.file('app.db'), { timeout: 0 });
    await app.get(DataSource).transaction(async (manager) => {
      await manager.find(Note);
      expect(() => other.exec('BEGIN IMMEDIATE')).toThrow(/locked/);
      await manager.insert(Note, { text: 'x' });
    });
    other.exec('BEGIN IMMEDIATE; ROLLBACK');
    other.close();
    await app.close();
  });

  it('inside a transaction that nobody ends is never called stored', async () => {
    const app = await start({}, { transactionMaxMs: 30, shutdownTimeoutMs: 100 });
    const runner = app.get(DataSource).createQueryRunner();
    await runner.startTransaction();
    await runner.manager.save(Note, { text: 'x' });
    await expect(app.get(SyncService).flush()).rejects.toMatchObject({ code: 'TRANSACTION_OPEN' });
    await runner.commitTransaction();
    expect(await app.get(SyncService).flush()).toMatchObject({ stored: true });
    await app.close();
  });

  it('made while flush() waits for a transaction is part of what flush() stores', async () => {
    const app = await start();
    const runner = app.get(DataSource).createQueryRunner();
    await runner.startTransaction();
    await runner.manager.save(Note, { text: 'x' });
    let flushed = false;
    const flush = app
      .get(SyncService)
      .flush()
      .then(() => (flushed = true));
    await new Promise(setImmediate);
    expect(flushed).toBe(false);
    await runner.commitTransaction();
    await flush;
    await app.get(SyncService).restore({ to: folder.file('copy.db') });
    const copy = await new DataSource({
      type: 'better-sqlite3',
      database: folder.file('copy.db'),
      entities: [Note],
    }).initialize();
    expect(await copy.getRepository(Note).count()).toBe(1);
    await copy.destroy();
    await app.close();
  });
});
