import { HealthCheckService, TerminusModule } from '@nestjs/terminus';
import { memory, PersistenceHealthIndicator, SyncService } from 'nestjs-persistence';
import { DataSource } from 'typeorm';
import { MemoryStore } from '../../../libs/storage';
import { FaultyObjectStore } from '../../../libs/testing';
import { Note } from '../support/note.entity';
import { AppLog, persistence, startApp } from '../support/start-app';
import { temporaryFolder } from '../support/temporary-folder';

const typeOrm = { entities: [Note], synchronize: true };

describe('health, as Terminus sees it', () => {
  const folder = temporaryFolder();

  async function start(options: object, file = 'app.db', log = new AppLog()) {
    const app = await startApp(
      [
        ...persistence({ database: folder.file(file), ...options }, typeOrm),
        TerminusModule.forRoot({ logger: false }),
      ],
      log,
    );
    const terminus = await app.resolve(HealthCheckService);
    const indicator = app.get(PersistenceHealthIndicator);
    return {
      app,
      sync: app.get(SyncService),
      notes: app.get(DataSource).getRepository(Note),
      check: (limits: { readonly lagMaxMs?: number } = {}) =>
        terminus.check([() => indicator.isHealthy('database', limits)]),
    };
  }

  it('is up, with what is stored, while everything is', async () => {
    const { app, sync, check } = await start({ storage: memory() });
    await sync.flush();
    const { status, details } = await check();
    expect(status).toBe('ok');
    expect(details).toMatchObject({
      database: {
        status: 'up',
        role: 'owner',
        storage: 'memory',
        durableTxid: expect.any(Number),
        lagMs: 0,
      },
    });
    await app.close();
  });

  it('is up without a store, and says in words what that means', async () => {
    const { app, check } = await start({});
    expect((await check()).details).toMatchObject({
      database: { status: 'up', summary: expect.stringContaining('will not survive a redeploy') },
    });
    await app.close();
  });

  it('is down when commits cannot be stored for longer than allowed, with the reason, and up again after', async () => {
    const store = new FaultyObjectStore(new MemoryStore());
    const limits = { flushTimeoutMs: 200, lagMaxMs: 50 };
    const { app, sync, notes, check } = await start({ storage: store, ...limits });
    await sync.flush();
    store.inject({
      fault: { kind: 'fail' },
      when: ({ operation }) => operation === 'put',
      times: 1e9,
    });
    await notes.save({ text: 'kept here' });
    await expect(sync.flush()).rejects.toMatchObject({ code: 'FLUSH_TIMEOUT' });
    expect((await check({ lagMaxMs: 600_000 })).status).toBe('ok');
    await expect(check()).rejects.toMatchObject({
      response: {
        status: 'error',
        error: {
          database: {
            status: 'down',
            reason: expect.stringMatching(/^Not stored for .*commit/),
            summary: expect.stringMatching(/commit.* waited .* would not survive/),
          },
        },
      },
    });
    expect(sync.status().survivesRedeploy).toBe(false);
    store.heal();
    // The next attempt may come later than a single flush() waits here.
    while (!(await sync.flush().catch(() => undefined)));
    expect(sync.status()).toMatchObject({
      summary: expect.stringMatching(/^Data survives a redeploy: every commit/),
      survivesRedeploy: true,
    });
    await app.close();
  });

  it('is down when another instance has taken over, and no write is accepted that would be lost', async () => {
    const storage = memory();
    const log = new AppLog();
    const old = await start({ storage }, 'old.db', log);
    const successor = await start({ storage }, 'new.db', log);
    await old.notes.save({ text: 'nobody was told this is stored' });
    await expect(old.sync.flush()).rejects.toMatchObject({ code: 'REPLICA_FENCED' });
    await expect(old.notes.save({ text: 'refused' })).rejects.toMatchObject({
      code: 'REPLICA_FENCED',
    });
    expect(await old.notes.count()).toBe(1);
    await expect(old.check()).rejects.toMatchObject({
      response: { error: { database: { status: 'down', role: 'fenced', code: 'REPLICA_FENCED' } } },
    });
    expect(log.ours.join('\n')).toMatch(
      'error Persistence: Writing has ended here. REPLICA_FENCED',
    );
    expect((await successor.check()).status).toBe('ok');
    await old.app.close();
    await successor.notes.save({ text: 'accepted' });
    expect(await successor.sync.flush()).toMatchObject({ stored: true });
    await successor.app.close();
  });

  it('is down for a transaction that nobody ends', async () => {
    const { app, check } = await start({
      storage: memory(),
      transactionMaxMs: 1,
      shutdownTimeoutMs: 100,
    });
    const runner = app.get(DataSource).createQueryRunner();
    await runner.startTransaction();
    await new Promise((resolve) => setTimeout(resolve, 5));
    await expect(check()).rejects.toMatchObject({
      response: {
        error: { database: { reason: expect.stringContaining('transaction has been open') } },
      },
    });
    await runner.rollbackTransaction();
    await app.close();
  });
});
