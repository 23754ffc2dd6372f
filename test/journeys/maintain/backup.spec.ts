import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { Injectable, Module } from '@nestjs/common';
import { Interval, ScheduleModule, SchedulerRegistry } from '@nestjs/schedule';
import Database from 'better-sqlite3';
import { memory, PersistenceModule, SyncService } from 'nestjs-persistence';
import { DataSource } from 'typeorm';
import { MemoryStore } from '../../../libs/storage';
import { FaultyObjectStore, TestProcess } from '../../../libs/testing';
import { Note } from '../support/note.entity';
import { AppLog, persistence, startApp } from '../support/start-app';
import { temporaryFolder } from '../support/temporary-folder';

const typeOrm = { entities: [Note], synchronize: true };

function texts(file: string): unknown[] {
  const copy = new Database(file, { readonly: true });
  try {
    return copy.prepare('SELECT text FROM note ORDER BY id').pluck().all();
  } finally {
    copy.close();
  }
}

async function keysOf(store: MemoryStore, prefix: string): Promise<string[]> {
  const keys: string[] = [];
  for await (const { key } of store.list(prefix)) keys.push(key);
  return keys;
}

/** Resolves as soon as `look` gives something. */
async function eventually<T>(look: () => T | null): Promise<T> {
  for (;;) {
    const found = look();
    if (found !== null) return found;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

describe('backup() beside a running app', () => {
  const folder = temporaryFolder();
  const variable = process.env['NETWORK_DB_PATH'];

  afterEach(() => {
    if (variable === undefined) delete process.env['NETWORK_DB_PATH'];
    else process.env['NETWORK_DB_PATH'] = variable;
  });

  it('is the very file that NETWORK_DB_PATH names, and a copy to a local file never overwrites', async () => {
    mkdirSync(folder.file('network'));
    process.env['NETWORK_DB_PATH'] = folder.file('network', 'name.db');
    const log = new AppLog();
    const app = await startApp(persistence({ database: folder.file('app.db') }, typeOrm), log);
    const sync = app.get(SyncService);
    const notes = app.get(DataSource).getRepository(Note);
    await notes.save({ text: 'first' });
    expect(await sync.backup()).toMatchObject({ key: 'name.db', txid: expect.any(Number) });
    expect(texts(folder.file('network', 'name.db'))).toEqual(['first']);

    await notes.save({ text: 'second' });
    const copy = folder.file('copy.db');
    expect(await sync.backup({ to: copy })).toMatchObject({ key: copy, bytes: expect.any(Number) });
    expect(texts(copy)).toEqual(['first', 'second']);
    await expect(sync.backup({ to: copy })).rejects.toMatchObject({
      code: 'RESTORE_TARGET_EXISTS',
    });
    await expect(sync.backup({ too: copy } as never)).rejects.toMatchObject({
      code: 'OPTION_UNKNOWN',
    });
    expect(log.ours.join('\n')).toMatch(/Backup stored: name\.db, .* at TXID \d+, in /);
    expect(log.lines.join('\n')).not.toContain(folder.path);
    await app.close();
    expect(existsSync(folder.file('network', 'name.db.backups'))).toBe(true);
  });

  it('moves in: an upload of the user is where the database begins, and is kept beside the first backup', async () => {
    mkdirSync(folder.file('network'));
    process.env['NETWORK_DB_PATH'] = folder.file('network', 'name.db');
    const upload = new Database(folder.file('network', 'name.db'));
    upload.exec('CREATE TABLE note (id INTEGER PRIMARY KEY AUTOINCREMENT, text TEXT NOT NULL)');
    upload.exec("INSERT INTO note (text) VALUES ('from the old app')");
    upload.close();
    const log = new AppLog();
    const app = await startApp(persistence({ database: folder.file('app.db') }, typeOrm), log);
    await app.get(DataSource).getRepository(Note).save({ text: 'new' });
    await app.get(SyncService).backup();
    await app.close();
    expect(texts(folder.file('network', 'name.db'))).toEqual(['from the old app', 'new']);
    expect(texts(folder.file('network', 'name.before-adoption.db'))).toEqual(['from the old app']);
    expect(log.ours.join('\n')).toContain('it is kept as name.before-adoption.db');
  });

  it('refuses the place of a file that another program still has open, and says to stop that program', async () => {
    mkdirSync(folder.file('network'));
    const file = folder.file('network', 'name.db');
    process.env['NETWORK_DB_PATH'] = file;
    const old = new Database(file);
    old.pragma('journal_mode = WAL');
    old.exec('CREATE TABLE note (id INTEGER PRIMARY KEY AUTOINCREMENT, text TEXT NOT NULL)');
    old.close();
    const script = folder.file('other-program.cjs');
    const sqlite = JSON.stringify(require.resolve('better-sqlite3'));
    writeFileSync(
      script,
      `const db = new (require(${sqlite}))(${JSON.stringify(file)});
      process.stdin.on('data', () => {
        db.exec("INSERT INTO note (text) VALUES ('from the old app')");
        console.log('done');
      });`,
    );
    const other = new TestProcess(script, { env: { NODE_OPTIONS: '' } });
    const commit = async (): Promise<void> => {
      other.send('commit');
      await other.line(/^done$/);
    };
    await commit();
    const app = await startApp(persistence({ database: folder.file('app.db') }, typeOrm));
    const sync = app.get(SyncService);
    await app.get(DataSource).getRepository(Note).save({ text: 'new' });
    await expect(sync.backup()).rejects.toMatchObject({
      code: 'BACKUP_PLACE_TAKEN',
      hint: expect.stringContaining('Stop that program'),
    });
    await commit();
    await other.kill();
    await sync.backup();
    await app.close();
    expect(texts(file)).toEqual(['from the old app', 'new']);
    expect(texts(folder.file('network', 'name.before-adoption.db'))).toEqual([
      'from the old app',
      'from the old app',
    ]);
  });

  it('says in status and health how it is, and a store that refuses it makes health down only where that is asked for', async () => {
    const store = new FaultyObjectStore(new MemoryStore());
    const app = await startApp(
      persistence({ database: folder.file('app.db'), storage: store }, typeOrm),
    );
    const { PersistenceHealthIndicator } = await import('nestjs-persistence');
    const health = app.get(PersistenceHealthIndicator);
    const sync = app.get(SyncService);
    await sync.backup();
    expect(sync.status()).toMatchObject({
      lastBackup: { key: 'app.db', at: expect.any(Number), durationMs: expect.any(Number) },
      backupError: null,
      lastVerify: { outcome: 'verified' },
    });
    await app.get(DataSource).getRepository(Note).save({ text: 'a' });
    store.inject({
      fault: { kind: 'fail', error: 'PermissionDenied' },
      when: ({ operation, key }) => operation === 'put' && key === 'app.db',
    });
    await expect(sync.backup()).rejects.toMatchObject({ code: 'STORE_DENIED' });
    expect(sync.status().backupError).toMatchObject({
      code: 'STORE_DENIED',
      since: expect.any(Number),
    });
    await new Promise((resolve) => setTimeout(resolve, 2));
    expect(health.isHealthy('database').database.status).toBe('up');
    expect(health.isHealthy('database', { backupAgeMaxMs: 1 })).toMatchObject({
      database: { status: 'down', reason: expect.stringMatching(/^No backup .*STORE_DENIED/) },
    });
    expect(health.isAlive('database')).toEqual({ database: { status: 'up', role: 'owner' } });
    await app.close();
  });

  it('gives away a store that has lost its log, or the newest part of it, also on a wiped disk', async () => {
    const store = new MemoryStore();
    const start = (file: string) =>
      startApp(persistence({ database: folder.file(file), storage: store }, typeOrm));
    const app = await start('app.db');
    await app.get(SyncService).flush();
    const early = await keysOf(store, 'app.db.replica/ltx/');
    await app.get(DataSource).getRepository(Note).save({ text: 'a' });
    await app.get(SyncService).backup();
    await app.close();

    const log = await keysOf(store, 'app.db.replica/ltx/');
    await store.deleteMany(log.filter((key) => !early.includes(key)));
    await expect(start('second.db')).rejects.toMatchObject({
      code: 'REPLICA_BEHIND',
      hint: expect.stringContaining('keep app.db'),
    });
    await store.deleteMany(await keysOf(store, 'app.db.replica/'));
    await expect(start('third.db')).rejects.toMatchObject({
      code: 'REPLICA_MISSING',
      hint: expect.stringContaining('app.db.replica'),
    });
    expect(readdirSync(folder.path).filter((name) => /^(second|third)\.db$/.test(name))).toEqual(
      [],
    );
  });

  it('what a process that died in a backup left on the disk goes at the next start', async () => {
    mkdirSync(folder.file('app.db.backup.tmp'));
    writeFileSync(folder.file('app.db.backup.tmp', 'restored.db'), 'half of it');
    const app = await startApp(
      persistence({ database: folder.file('app.db'), storage: memory() }, typeOrm),
    );
    expect(existsSync(folder.file('app.db.backup.tmp'))).toBe(false);
    await app.close();
  });

  it('without a store it is refused, with what to set', async () => {
    const app = await startApp(persistence({ enabled: false, database: ':memory:' }, typeOrm));
    await expect(app.get(SyncService).backup()).rejects.toMatchObject({
      code: 'STORE_NOT_CONFIGURED',
      hint: expect.stringContaining('NETWORK_DB_PATH'),
    });
    await app.close();
  });

  it('is given up when the app closes, and leaves nothing on the disk', async () => {
    const store = new FaultyObjectStore(new MemoryStore());
    const app = await startApp(
      persistence({ database: folder.file('app.db'), storage: store }, typeOrm),
    );
    store.inject({
      fault: { kind: 'silence' },
      when: ({ operation, key }) => operation === 'put' && key === 'app.db',
    });
    const outcome = app
      .get(SyncService)
      .backup()
      .catch((error: unknown) => error);
    await eventually(
      () =>
        store.calls.find(({ key, operation }) => key === 'app.db' && operation === 'put') ?? null,
    );
    await app.close();
    expect(await outcome).toMatchObject({ code: 'SHUTTING_DOWN' });
    expect(readdirSync(folder.path).filter((name) => name.includes('backup'))).toEqual([]);
  });
});

describe('backups and maintenance on a schedule', () => {
  const folder = temporaryFolder();

  it('run by themselves, without @nestjs/schedule in the app', async () => {
    const app = await startApp(
      persistence(
        { database: folder.file('app.db'), storage: memory(), backupIntervalMs: 20 },
        typeOrm,
      ),
    );
    const sync = app.get(SyncService);
    await app.get(DataSource).getRepository(Note).save({ text: 'a' });
    const { txid } = await sync.flush();
    const last = await eventually(() => {
      const { lastBackup } = sync.status();
      return lastBackup && lastBackup.txid >= txid! ? lastBackup : null;
    });
    expect(last.key).toBe('app.db');
    await app.close();
  });

  it('run by cron', async () => {
    const app = await startApp(
      persistence(
        { database: folder.file('app.db'), storage: memory(), backupCron: '* * * * * *' },
        typeOrm,
      ),
    );
    await eventually(() => app.get(SyncService).status().lastBackup);
    await app.close();
  });

  it('a cron expression that cannot be followed stops the start', async () => {
    const starting = startApp(
      persistence({ database: folder.file('app.db'), storage: memory(), backupCron: 'nightly' }),
    );
    await expect(starting).rejects.toMatchObject({ code: 'OPTION_INVALID' });
  });

  it('are seen in SchedulerRegistry under clear names, and a job of the app fires once per tick', async () => {
    const everyMs = 50;
    @Injectable()
    class Ticking {
      readonly ticks: number[] = [];

      @Interval('mine', everyMs)
      tick(): void {
        this.ticks.push(performance.now());
      }
    }
    @Module({ providers: [Ticking] })
    class TickingModule {}
    const app = await startApp([
      ScheduleModule.forRoot(),
      TickingModule,
      ...persistence({ database: folder.file('app.db'), storage: memory() }, typeOrm),
      PersistenceModule.forRoot({
        name: 'orders',
        database: folder.file('orders.db'),
        storage: memory(),
        backupCron: '0 3 * * *',
      }),
    ]);
    const registry = app.get(SchedulerRegistry);
    expect(registry.getIntervals().sort()).toEqual([
      'mine',
      'persistence:backup',
      'persistence:maintenance',
      'persistence:maintenance:orders',
    ]);
    expect([...registry.getCronJobs().keys()]).toEqual(['persistence:backup:orders']);
    const { ticks } = app.get(Ticking, { strict: false });
    await eventually(() => (ticks.length >= 11 ? true : null));
    // A timer never fires early: ticks that came faster than the interval would be those of two.
    expect(ticks[10]! - ticks[0]!).toBeGreaterThan(9 * everyMs);
    await app.close();
    expect(registry.getIntervals()).toEqual([]);
    expect(registry.getCronJobs().size).toBe(0);
  });

  it('are off where they are switched off, and where nothing is replicated', async () => {
    const app = await startApp([
      ScheduleModule.forRoot(),
      ...persistence(
        { database: folder.file('app.db'), storage: memory(), backupIntervalMs: 0 },
        typeOrm,
      ),
      PersistenceModule.forRoot({ name: 'local', database: folder.file('local.db') }),
    ]);
    expect(app.get(SchedulerRegistry).getIntervals()).toEqual(['persistence:maintenance']);
    await app.close();
  });
});
