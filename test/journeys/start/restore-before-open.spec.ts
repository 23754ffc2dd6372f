import { Injectable, Module, type OnModuleDestroy } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { existsSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { directory, memory, PersistenceModule, SyncService } from 'nestjs-persistence';
import { DataSource } from 'typeorm';
import { Note } from '../support/note.entity';
import { AppLog, persistence, startApp } from '../support/start-app';
import { temporaryFolder } from '../support/temporary-folder';

const typeOrm = { entities: [Note], synchronize: true };

describe('the start of an app', () => {
  const folder = temporaryFolder();

  it('brings back on an empty disk what was committed before, without anybody calling flush', async () => {
    const options = { database: folder.file('local', 'app.db'), storage: directory(folder) };
    let app = await startApp(persistence(options, typeOrm));
    expect(app.get(SyncService).status().origin).toBe('created');
    await app.get(DataSource).getRepository(Note).save({ text: 'kept' });
    await app.close();
    rmSync(folder.file('local'), { recursive: true });

    const log = new AppLog();
    app = await startApp(persistence(options, typeOrm), log);
    expect(await app.get(DataSource).getRepository(Note).find()).toEqual([{ id: 1, text: 'kept' }]);
    expect(app.get(SyncService).status()).toMatchObject({
      summary: 'Data survives a redeploy: every commit is stored in a folder.',
      survivesRedeploy: true,
      role: 'owner',
      origin: 'restored',
    });
    expect(log.ours[0]).toBe(
      'log Persistence: Commits are stored in a folder (the option storage).',
    );
    expect(log.ours.join('\n')).toMatch(
      /Restoring TXID \d+ .*\n(.*\n)*.*Restored .* at TXID \d+ of 20/,
    );
    await app.close();
    expect(log.lines.join('\n')).not.toContain(folder.path);
    expect(existsSync(folder.file('app.db.replica', 'ltx'))).toBe(true);
  });

  it('restores before TypeORM opens the file, whichever module is imported first', async () => {
    const storage = memory();
    const open = (file: string) => ({ database: folder.file(file), storage });
    let app = await startApp(persistence(open('1.db'), typeOrm));
    await app.get(DataSource).getRepository(Note).save({ text: 'kept' });
    await app.close();

    const seen: unknown[] = [];
    const prepareDatabase = (db: { prepare(sql: string): { all(): unknown } }) => {
      seen.push(db.prepare('SELECT text FROM note').all());
    };
    app = await startApp(persistence(open('2.db'), { ...typeOrm, prepareDatabase }).reverse());
    // On the connection that writes, and on the one that reads.
    expect(seen).toEqual([[{ text: 'kept' }], [{ text: 'kept' }]]);
    await app.close();
  });

  it('begins with the plain database file that stands in the store, not with a local one', async () => {
    const open = (file: string) => ({ database: folder.file(file) });
    for (const [file, text] of [
      ['volume.db', 'uploaded'],
      ['image.db', 'stale'],
    ] as const) {
      const app = await startApp(persistence(open(file), typeOrm));
      await app.get(DataSource).getRepository(Note).save({ text });
      await app.close();
    }
    process.env.NETWORK_DB_PATH = folder.file('volume.db');
    try {
      const log = new AppLog();
      const app = await startApp(persistence(open('image.db'), typeOrm), log);
      expect(log.ours.join('\n')).toMatch('volume.db');
      expect(log.ours.join('\n')).not.toMatch(folder.path);
      expect(await app.get(DataSource).getRepository(Note).find()).toMatchObject([
        { text: 'uploaded' },
      ]);
      await app.close();
    } finally {
      delete process.env.NETWORK_DB_PATH;
    }
    expect(existsSync(folder.file('volume.db.replica', 'replica.json'))).toBe(true);
  });

  it('opens the file in WAL mode and leaves checkpoints to the replica', async () => {
    const own = jest.fn();
    const options = { database: folder.file('app.db'), storage: memory() };
    const app = await startApp(persistence(options, { prepareDatabase: own }));
    const dataSource = app.get(DataSource);
    expect(dataSource.options).toMatchObject({
      type: 'better-sqlite3',
      database: options.database,
    });
    expect(await dataSource.query('PRAGMA journal_mode')).toEqual([{ journal_mode: 'wal' }]);
    expect(await dataSource.query('PRAGMA wal_autocheckpoint')).toEqual([
      { wal_autocheckpoint: 0 },
    ]);
    expect(own).toHaveBeenCalledTimes(2);
    await app.close();
  });

  it('starts the database also where there is no TypeORM', async () => {
    const options = { database: folder.file('app.db'), storage: memory() };
    const app = await startApp([PersistenceModule.forRoot(options)]);
    expect(app.get(SyncService).status().role).toBe('owner');
    expect(await app.get(SyncService).ready()).toEqual({ path: options.database });
    await app.close();
  });

  it('keeps what was written while the app shut down', async () => {
    @Injectable()
    class LastWords implements OnModuleDestroy {
      constructor(@InjectDataSource() private readonly dataSource: DataSource) {}

      async onModuleDestroy(): Promise<void> {
        await this.dataSource.getRepository(Note).save({ text: 'last words' });
      }
    }
    @Module({ providers: [LastWords] })
    class Deep {}
    const storage = memory();
    const log = new AppLog();
    let app = await startApp(
      [...persistence({ database: folder.file('1.db'), storage }, typeOrm), Deep],
      log,
    );
    await app.close();
    expect(log.ours.at(-1)).toMatch(/^log Persistence: Stopped cleanly/);
    app = await startApp(persistence({ database: folder.file('2.db'), storage }, typeOrm));
    expect(await app.get(DataSource).getRepository(Note).count()).toBe(1);
    await app.close();
  });

  it('refuses a write after the drain instead of losing it', async () => {
    const app = await startApp(
      persistence({ database: folder.file('app.db'), storage: memory() }, typeOrm),
    );
    const dataSource = app.get(DataSource);
    let late: unknown;
    const destroy = dataSource.destroy.bind(dataSource);
    dataSource.destroy = async () => {
      late = await dataSource
        .getRepository(Note)
        .save({ text: 'late' })
        .catch((error: unknown) => error);
      await destroy();
    };
    await app.close();
    expect(late).toMatchObject({ code: 'SHUTTING_DOWN' });
  });

  it('takes over a local file where there is no history yet', async () => {
    const database = folder.file('app.db');
    let app = await startApp(persistence({ database }, typeOrm));
    await app.get(DataSource).getRepository(Note).save({ text: 'from before' });
    await app.close();
    const log = new AppLog();
    app = await startApp(persistence({ database, storage: memory() }, typeOrm), log);
    expect(app.get(SyncService).status().origin).toBe('adopted');
    expect(await app.get(DataSource).getRepository(Note).count()).toBe(1);
    expect(log.ours.join('\n')).toMatch('warn Persistence: No history was found');
    await app.close();
  });

  it('gives the database back when a migration fails, so that the next start waits for nothing', async () => {
    class Broken1700000000000 {
      async up(): Promise<void> {
        throw new Error('no such column');
      }
      async down(): Promise<void> {}
    }
    const log = new AppLog();
    const options = { database: folder.file('app.db'), storage: memory() };
    const migrate = { migrations: [Broken1700000000000], migrationsRun: true };
    const error = await failure(startApp(persistence(options, migrate), log));
    expect(error).toMatchObject({ message: 'no such column' });
    expect(log.ours.at(-1)).toMatch('Stopped cleanly');
    const app = await startApp(persistence(options, typeOrm));
    expect(app.get(SyncService).status().origin).toBe('continued');
    await app.close();
  });

  it('opens nothing while the store cannot be read, and says what to do', async () => {
    const broken = {
      capabilities: {
        conditionalCreate: true,
        compareAndSwap: true,
        orderedList: true,
        listAfter: true,
      },
      get: refuse,
      put: refuse,
      head: refuse,
      list: () => ({ [Symbol.asyncIterator]: () => ({ next: refuse }) }),
      deleteMany: refuse,
    };
    const database = folder.file('app.db');
    const log = new AppLog();
    const start = startApp(persistence({ database, storage: broken }, typeOrm), log);
    await expect(start).rejects.toMatchObject({ code: expect.stringMatching(/^STORE_/) });
    expect(existsSync(database)).toBe(false);
    expect(log.ours.at(-1)).toMatch(/^error Persistence: The database was not opened\. STORE_/);
  });

  describe('without a store', () => {
    it('says in one line that data will not survive, and what to set', async () => {
      const log = new AppLog();
      const app = await startApp(persistence({ database: folder.file('app.db') }, typeOrm), log);
      expect(log.ours).toEqual([
        'warn Persistence: No store is configured: data will not survive a redeploy. Set NETWORK_DB_PATH, AZURE_STORAGE_CONNECTION_STRING or S3_BUCKET to keep it.',
      ]);
      await app.get(DataSource).getRepository(Note).save({ text: 'a' });
      expect(await app.get(SyncService).flush()).toMatchObject({ stored: false, txid: null });
      await app.close();
    });

    it('lets SQLite checkpoint as always', async () => {
      const app = await startApp(persistence({ database: folder.file('app.db') }));
      const [pragma] = await app.get(DataSource).query('PRAGMA wal_autocheckpoint');
      expect(pragma.wal_autocheckpoint).toBeGreaterThan(0);
      await app.close();
    });

    it('switched off: every injectable is there, also in memory, and the log says so in one line', async () => {
      const log = new AppLog();
      const options = { enabled: false, database: ':memory:' };
      const app = await startApp(persistence(options, typeOrm), log);
      await app.get(DataSource).getRepository(Note).save({ text: 'a' });
      expect(await app.get(SyncService).flush()).toMatchObject({ stored: false });
      expect(await app.get(SyncService).ready()).toEqual({ path: ':memory:' });
      expect(app.get(SyncService).status().role).toBe('disabled');
      expect(log.ours).toEqual([
        'log Persistence: Persistence is switched off: a plain local database, stored nowhere.',
      ]);
      await app.close();
    });
  });

  it('puts the file into the folder for temporary files where nobody names it, and says so', async () => {
    const log = new AppLog();
    const name = `test-${process.pid}`;
    const app = await startApp([PersistenceModule.forRoot({ name, storage: memory() })], log);
    const file = path.join(
      os.tmpdir(),
      'nestjs-persistence',
      'nestjs-persistence-monorepo',
      `${name}.db`,
    );
    expect(existsSync(file)).toBe(true);
    expect(log.ours.join('\n')).toMatch('DATABASE_PATH');
    await app.close();
    for (const end of ['', '-wal', '-shm', '.persistence.json', '.lock'])
      rmSync(file + end, { force: true });
  });
});

function refuse(): Promise<never> {
  return Promise.reject(new Error('no such host'));
}

async function failure(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => undefined,
    (error: unknown) => error,
  );
}
