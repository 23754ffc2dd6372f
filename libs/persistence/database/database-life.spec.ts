import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import Database from 'better-sqlite3';
import { FakeReplica } from '../../../test/journeys/support/fake-replica';
import { LineCollector } from '../../../test/journeys/support/line-collector';
import { PersistenceError } from '../../errors';
import { redactFolders } from '../log/redact';
import { resolveSettings } from '../module/settings';
import { memory } from '../storage/storage-choice';
import { AppConnections } from '../typeorm/app-connections';
import { DatabaseLife } from './database-life';
import type { Rescue } from './rescue';

describe('the life of a database', () => {
  let folder: string;
  let replica: FakeReplica;
  let lines: LineCollector;
  let restores: unknown[];

  beforeEach(() => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'life-'));
    replica = new FakeReplica();
    lines = new LineCollector();
    restores = [];
  });

  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const state = { path: '', txid: 3, time: 0, bytes: 0, durationMs: 0 };
  const rescue: Rescue = {
    restore: (options) => (restores.push(options), Promise.resolve(state)),
    restorePoints: (query) => (restores.push(query), Promise.resolve([])),
    emergencyRestore: (options) => (
      restores.push(options),
      Promise.resolve({ ...state, lost: null, leftOut: [] })
    ),
  };

  function life(options: object = {}, replicated = true): DatabaseLife {
    const database = path.join(folder, 'sub', 'app.db');
    const storage = replicated ? { storage: memory() } : {};
    return new DatabaseLife({
      settings: resolveSettings('app', { database, ...storage, ...options }, () => undefined),
      replica: replicated ? replica : null,
      rescue: replicated ? rescue : null,
      connections: new AppConnections(Date.now),
      lines,
      redact: redactFolders([database]),
      now: Date.now,
    });
  }

  function openApp(of: DatabaseLife): Database.Database {
    const connection = new Database(':memory:');
    connection.exec('CREATE TABLE t (a)');
    of.connections.add(connection);
    return connection;
  }

  it('begins once, however many wait for it, in a folder that it makes', async () => {
    const one = life();
    const [a, b] = await Promise.all([one.ready(), one.ready()]);
    expect(a).toEqual({ path: path.join(folder, 'sub', 'app.db') });
    expect(b).toEqual(a);
    expect(replica.calls).toEqual(['start']);
    new Database(a.path).close();
  });

  it('fails once: every caller hears the same error, the log and the status its hint', async () => {
    const one = life();
    replica.startError = new PersistenceError('STORE_UNREACHABLE', 'No answer.');
    await expect(one.ready()).rejects.toBe(replica.startError);
    await expect(one.flush()).rejects.toBe(replica.startError);
    expect(replica.calls).toEqual(['start']);
    expect(lines.text).toMatch(/error .*STORE_UNREACHABLE: No answer\. Check network/);
    expect(one.status().error).toMatchObject({ code: 'STORE_UNREACHABLE' });
  });

  it('shows folders of the host neither in its status, where no cause is either, nor in the error it failed with', async () => {
    const one = life();
    const file = path.join(folder, 'sub', 'app.db');
    replica.startError = new PersistenceError('DATABASE_NOT_SQLITE', `${file} is not SQLite.`, {
      cause: new Error('password=hunter2'),
    });
    const failed = one.ready();
    await expect(failed).rejects.toMatchObject({
      code: 'DATABASE_NOT_SQLITE',
      message: 'app.db is not SQLite.',
    });
    expect(one.status().error).toMatchObject({ message: 'app.db is not SQLite.' });
    expect(JSON.stringify(one.status())).not.toMatch('hunter2');
  });

  it('flushes only what is ready: a flush before the start waits for it', async () => {
    expect(await life().flush()).toEqual({ stored: true, txid: 7, reason: null });
    expect(replica.calls).toEqual(['start', 'flush']);
  });

  it('does not call a commit stored while a transaction hides it', async () => {
    const one = life({ transactionMaxMs: 20 });
    const app = openApp(one);
    await one.ready();
    app.exec('BEGIN');
    await expect(one.flush()).rejects.toMatchObject({ code: 'TRANSACTION_OPEN' });
    expect(one.status().openTransactionMs).toBeGreaterThan(0);
    app.exec('COMMIT');
    await one.flush();
    app.close();
  });

  it('drains once: no write is accepted before the replica stops, within the time given', async () => {
    const one = life({ shutdownTimeoutMs: 1_000 });
    const app = openApp(one);
    await one.ready();
    const attempt = jest.fn(() => app.exec('INSERT INTO t VALUES (1)'));
    replica.onStop = () => expect(attempt).toThrow('readonly');
    expect(await Promise.all([one.drain(), one.drain()])).toEqual([true, true]);
    expect(attempt).toHaveBeenCalled();
    expect(replica.calls).toEqual(['start', 'stop']);
    expect(replica.stopTimeoutMs).toBeLessThanOrEqual(1_000);
    app.close();
  });

  it('rolls back a transaction that outlives the drain, and says so', async () => {
    const one = life({ shutdownTimeoutMs: 10 });
    const app = openApp(one);
    await one.ready();
    app.exec('BEGIN; INSERT INTO t VALUES (1)');
    await one.drain();
    expect(app.inTransaction).toBe(false);
    expect(lines.text).toMatch(/warn .*rolled back/);
    app.close();
  });

  it('reports a drain that fails instead of failing the shutdown', async () => {
    const one = life();
    await one.ready();
    replica.onStop = () => Promise.reject(new Error('disk gone'));
    expect(await one.drain()).toBe(false);
    expect(lines.text).toMatch('disk gone');
  });

  it('has nothing to drain when it never began, and does not begin afterwards', async () => {
    const one = life();
    expect(await one.drain()).toBe(true);
    expect(replica.calls).toEqual([]);
    await expect(one.ready()).rejects.toMatchObject({ code: 'SHUTTING_DOWN' });
  });

  it('cannot be kept from ending by a start that does not', async () => {
    const one = life({ shutdownTimeoutMs: 20 });
    replica.onStart = () => new Promise(() => {});
    void one.ready();
    expect(await one.drain()).toBe(false);
    expect(lines.text).toMatch('error The database was not released within 20 ms.');
  });

  it('when another instance takes over, no write succeeds any more', async () => {
    const one = life();
    const app = openApp(one);
    await one.ready();
    app.exec('BEGIN; INSERT INTO t VALUES (1)');
    one.fence();
    await new Promise(setImmediate);
    await expect(one.connections.whenIdle(1_000)).resolves.toBeUndefined();
    expect(() => app.exec('COMMIT')).toThrow('no transaction');
    expect(() => app.exec('INSERT INTO t VALUES (1)')).toThrow('readonly');
    app.close();
  });

  it('asks the rescue for every restore, also before the start', async () => {
    const one = life();
    await one.restore({ to: 'r.db', txid: 3 });
    await one.restorePoints({ limit: 5 });
    await one.emergencyRestore({ to: 'e.db' });
    expect(restores).toEqual([{ to: 'r.db', txid: 3 }, { limit: 5 }, { to: 'e.db' }]);
    expect(replica.calls).toEqual([]);
  });

  describe('without a store', () => {
    it('says in words that data does not survive', () => {
      expect(life({}, false).status()).toMatchObject({
        summary: 'No store is configured: data will not survive a redeploy.',
        survivesRedeploy: false,
        storage: 'none',
        role: 'local',
      });
      expect(life({ enabled: false }, false).status()).toMatchObject({
        summary: expect.stringContaining('switched off'),
        role: 'disabled',
      });
    });

    it('flushes nothing and says so', async () => {
      expect(await life({}, false).flush()).toEqual({
        stored: false,
        txid: null,
        reason: 'No store is configured: data will not survive a redeploy.',
      });
    });

    it('has nothing to restore from', async () => {
      const restore = life({}, false).restore({ to: 'x.db' });
      await expect(restore).rejects.toMatchObject({ code: 'STORE_NOT_CONFIGURED' });
    });

    it('names what platforms set that chooses nothing', () => {
      const settings = resolveSettings('app', {}, (name) =>
        name === 'AWS_ACCESS_KEY_ID' ? 'AKIA' : undefined,
      );
      const one = new DatabaseLife({
        settings,
        replica: null,
        rescue: null,
        connections: new AppConnections(Date.now),
        lines,
        redact: redactFolders([]),
        now: Date.now,
      });
      expect(one.status().summary).toContain('AWS_ACCESS_KEY_ID alone chooses no store');
    });
  });

  it('shows a status that nobody can change', () => {
    const status = life().status();
    expect(Object.isFrozen(status)).toBe(true);
    expect(status.role).toBe('starting');
  });
});
