import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import Database from 'better-sqlite3';
import { memory, PersistenceHealthIndicator, SyncService } from 'nestjs-persistence';
import { DataSource } from 'typeorm';
import { Note } from '../support/note.entity';
import { AppLog, persistence, startApp } from '../support/start-app';
import { temporaryFolder } from '../support/temporary-folder';

const SQLITE = path.join(__dirname, '../../../node_modules/better-sqlite3');

describe('a transaction that nobody ends', () => {
  const folder = temporaryFolder();
  const log = new AppLog();

  async function start(file: string) {
    const options = {
      database: folder.file(file),
      storage: memory(),
      transactionMaxMs: 50,
      shutdownTimeoutMs: 200,
    };
    const typeOrm = { entities: [Note], synchronize: true, dataSource: 'stock' as const };
    const app = await startApp(persistence(options, typeOrm), log);
    const sync = app.get(SyncService);
    await sync.flush();
    const health = () => app.get(PersistenceHealthIndicator).isHealthy('database').database;
    return { app, sync, health, file: options.database };
  }

  async function until(condition: () => boolean): Promise<void> {
    while (!condition()) await new Promise((resolve) => setTimeout(resolve, 10));
  }

  it("on TypeORM's own driver hides a hundred saves: nobody is told that they are stored, and health is down", async () => {
    const { app, sync, health, file } = await start('stock.db');
    const dataSource = app.get(DataSource);
    const runner = dataSource.createQueryRunner();
    await runner.startTransaction();
    const notes = dataSource.getRepository(Note);
    for (let i = 0; i < 100; i++) await notes.save({ text: `${i}` });
    await expect(sync.flush()).rejects.toMatchObject({ code: 'TRANSACTION_OPEN' });
    // Nor that it is committed: it would become a part of the one that is open.
    const work = jest.fn();
    await expect(sync.transaction(work)).rejects.toMatchObject({ code: 'TRANSACTION_OPEN' });
    expect(work).not.toHaveBeenCalled();
    const outside = new Database(file, { readonly: true });
    expect(outside.prepare('SELECT count(*) FROM note').pluck().get()).toBe(0);
    outside.close();
    expect(health()).toMatchObject({
      status: 'down',
      reason: expect.stringContaining("on the app's TypeORM connection"),
      openTransactionMs: expect.any(Number),
    });
    await runner.rollbackTransaction();
    expect(health().status).toBe('up');
    expect(await sync.flush()).toMatchObject({ stored: true });
    await app.close();
  });

  it('on a connection that the app opened itself is seen by its lock: health is down, flush() refuses, until it ends', async () => {
    const { app, sync, health, file } = await start('raw.db');
    const raw = new Database(file);
    raw.exec("BEGIN IMMEDIATE; INSERT INTO note (text) VALUES ('hidden')");
    await until(() => health().status === 'down');
    expect(health().reason).toMatch('not TypeORM');
    expect(sync.status()).toMatchObject({
      openTransactionMs: expect.any(Number),
      openTransactionBy: 'other',
    });
    await expect(sync.flush()).rejects.toMatchObject({ code: 'TRANSACTION_OPEN' });
    raw.exec('COMMIT');
    raw.close();
    await until(() => health().status === 'up');
    expect(await sync.flush()).toMatchObject({ stored: true });
    expect(log.ours.filter((line) => line.includes('longer than transactionMaxMs'))).not.toEqual(
      [],
    );
    await app.close();
  });

  it('in another process is seen by its lock too, and is over when that process is', async () => {
    const { app, sync, health, file } = await start('process.db');
    const child = holdInProcess(file);
    await once(child.stdout!, 'data');
    await until(() => health().status === 'down');
    await expect(sync.flush()).rejects.toMatchObject({ code: 'TRANSACTION_OPEN' });
    child.kill('SIGKILL');
    await once(child, 'exit');
    await until(() => health().status === 'up');
    expect(await sync.flush()).toMatchObject({ stored: true });
    await app.close();
  });

  function holdInProcess(file: string): ChildProcess {
    const script = `
      const db = new (require(${JSON.stringify(SQLITE)}))(${JSON.stringify(file)});
      db.exec('BEGIN IMMEDIATE');
      console.log('held');
      setInterval(() => {}, 1000);`;
    return spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
  }
});
