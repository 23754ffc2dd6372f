import { afterEach, describe, expect, it } from '@jest/globals';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { PersistenceError } from '../../../errors';
import { Note } from '../../../../test/journeys/support/isolated/entities';
import {
  insert,
  openIsolated,
  type Opened,
  type OpenOptions,
} from '../../../../test/journeys/support/isolated/open-isolated';
import { Door, outcome, settle } from '../../../../test/journeys/support/isolated/steps';

const LOCK_HOLDER = path.join(
  __dirname,
  '../../../../test/journeys/support/isolated/lock-holder.cjs',
);

let db: Opened;
afterEach(() => db.end());
const open = async (options?: OpenOptions) => (db = await openIsolated(options));

async function leak(): Promise<QueryRunner> {
  const runner = db.dataSource.createQueryRunner();
  await runner.startTransaction();
  await runner.manager.insert(Note, { text: 'leak' });
  return runner;
}

async function errorOf(work: Promise<unknown>): Promise<PersistenceError> {
  return work.then(
    () => {
      throw new Error('It did not fail.');
    },
    (error: PersistenceError) => error,
  );
}

describe('query runners by hand', () => {
  it('two at once, one of which rolls back, keep what is committed', async () => {
    await open();
    const work = async (text: string, good: boolean) => {
      const runner = db.dataSource.createQueryRunner();
      await runner.connect();
      await runner.startTransaction();
      await runner.manager.save(Note, { text });
      await settle();
      await (good ? runner.commitTransaction() : runner.rollbackTransaction());
      await runner.release();
    };
    await Promise.all([work('a', true), work('b', false)]);
    expect(db.committed()).toEqual(['a']);
  });

  it('released with its transaction open: that is rolled back, warned of, and nobody waits', async () => {
    await open();
    const runner = await leak();
    await runner.release();
    await insert(db.dataSource, 'p');
    expect(db.committed()).toEqual(['p']);
    expect(db.warnings).toHaveLength(1);
  });

  it('of three saves at once on one runner only the invalid one fails', async () => {
    await open();
    const runner = db.dataSource.createQueryRunner();
    const saves = ['a', 'b', null].map((text) =>
      outcome(runner.manager.save(Note, { text: text as string })),
    );
    expect(await Promise.all(saves)).toEqual(['ok', 'ok', 'QueryFailedError']);
    await runner.release();
    expect(db.committed().sort()).toEqual(['a', 'b']);
  });

  it('an outer commit with an inner begin left open commits nothing', async () => {
    await open();
    const work = db.dataSource.transaction(async (manager) => {
      await manager.insert(Note, { text: 'o' });
      await manager.queryRunner!.startTransaction();
    });
    expect(await outcome(work)).toBe('TRANSACTION_LEFT_OPEN');
    expect(db.committed()).toEqual([]);
    expect(await outcome(insert(db.dataSource, 'n'))).toBe('ok');
  });

  it('stream() is refused as by TypeORM, and leaves nothing open', async () => {
    await open();
    const builder = () => db.dataSource.getRepository(Note).createQueryBuilder('n');
    expect(await outcome(builder().stream())).toBe('TypeORMError');
    expect(await outcome(builder().useTransaction(true).stream())).toBe('TypeORMError');
    expect(await outcome(insert(db.dataSource, 'n'))).toBe('ok');
  });
});

describe('transactions in SQL', () => {
  it('BEGIN by dataSource.query() is refused, because nobody could end it', async () => {
    await open();
    expect(await outcome(db.dataSource.query('BEGIN'))).toBe('TRANSACTION_LEFT_OPEN');
    expect(await outcome(insert(db.dataSource, 'n'))).toBe('ok');
  });

  it('BEGIN and ROLLBACK by one runner take nobody else with them', async () => {
    await open();
    const runner = db.dataSource.createQueryRunner();
    await runner.query('BEGIN');
    await runner.query("INSERT INTO note(text) VALUES ('raw')");
    const other = insert(db.dataSource, 'p');
    await settle();
    await runner.query('ROLLBACK');
    await runner.release();
    await other;
    expect(db.committed()).toEqual(['p']);
  });

  it.each([
    ['COMMIT', ['a']],
    ['ROLLBACK', []],
    ["INSERT OR ROLLBACK INTO note(id, text) VALUES (1, 'twice')", []],
  ])('%s inside a callback: no later statement of it runs by itself', async (sql, stays) => {
    await open();
    const seen: string[] = [];
    const work = db.dataSource.transaction(async (manager) => {
      await manager.insert(Note, { id: 1, text: 'a' });
      await manager.query(sql).catch(() => {});
      seen.push(await outcome(manager.insert(Note, { text: 'b' })));
      seen.push(await outcome(insert(db.dataSource, 'c')));
    });
    expect(await outcome(work)).toBe('TRANSACTION_LOST');
    expect(seen).toEqual(['TRANSACTION_LOST', 'TRANSACTION_LOST']);
    expect(db.committed()).toEqual(stays);
    expect(await outcome(db.dataSource.transaction((m) => m.count(Note)))).toBe('ok');
  });

  it('a COMMIT that a deferred foreign key refuses leaves nothing', async () => {
    await open();
    await db.dataSource.query(
      'CREATE TABLE child(id INTEGER REFERENCES note(id) DEFERRABLE INITIALLY DEFERRED)',
    );
    const work = db.dataSource.transaction(async (manager) => {
      await manager.insert(Note, { text: 'a' });
      await manager.query('INSERT INTO child VALUES (999)');
    });
    expect(await outcome(work)).toBe('QueryFailedError');
    expect(db.committed()).toEqual([]);
    expect(await outcome(insert(db.dataSource, 'n'))).toBe('ok');
  });
});

describe('limits', () => {
  it('who waits longer than lockTimeoutMs is told where the transaction was begun, and what it did last', async () => {
    await open({ limits: { lockTimeoutMs: 50 } });
    const runner = await leak();
    const error = await errorOf(insert(db.dataSource, 'p'));
    expect(error.code).toBe('TRANSACTION_WAIT_TIMEOUT');
    expect(error.message).toMatch(/runners\.spec\.ts.*INSERT INTO "note"/);
    expect(error.message).not.toContain(process.cwd());
    await runner.rollbackTransaction();
    expect(db.committed()).toEqual([]);
  });

  it('the same for a transaction by callback', async () => {
    await open({ limits: { lockTimeoutMs: 50 } });
    const door = new Door();
    const held = db.dataSource.transaction(() => door.opened);
    await settle();
    const error = await errorOf(insert(db.dataSource, 'p'));
    expect(error.code).toBe('TRANSACTION_WAIT_TIMEOUT');
    expect(error.message).toMatch(/runners\.spec\.ts/);
    door.open();
    await held;
  });

  it('transactionTimeoutMs rolls a forgotten transaction back, warns, and tells its code', async () => {
    await open({ limits: { transactionTimeoutMs: 50 } });
    const runner = await leak();
    await insert(db.dataSource, 'p');
    expect(db.committed()).toEqual(['p']);
    expect(await outcome(runner.manager.insert(Note, { text: 'more' }))).toBe('TRANSACTION_LOST');
    expect(await outcome(runner.commitTransaction())).toBe('TRANSACTION_LOST');
    expect(db.warnings[0]).toMatch(/runners\.spec\.ts/);
    await runner.release();
  });

  it('a transaction() inside code that has lost its context waits, and gets a code', async () => {
    await open({ limits: { lockTimeoutMs: 50 } });
    const runner = await leak();
    const other = db.dataSource.transaction((manager) => manager.insert(Note, { text: 'x' }));
    expect(await outcome(other)).toBe('TRANSACTION_WAIT_TIMEOUT');
    await runner.release();
  });

  it('destroy() lets an open transaction end, and refuses what comes after', async () => {
    await open();
    const door = new Door();
    const held = db.dataSource.transaction(async (manager) => {
      await door.opened;
      await manager.insert(Note, { text: 'x' });
      return 'committed';
    });
    await settle();
    const destroyed = db.dataSource.destroy();
    const late = outcome(insert(db.dataSource, 'late'));
    await settle();
    door.open();
    expect(await held).toBe('committed');
    await destroyed;
    expect(await late).toBe('DATA_SOURCE_CLOSED');
    expect(await outcome(insert(db.dataSource, 'later'))).toBe('DATA_SOURCE_CLOSED');
    expect(db.committed()).toEqual(['x']);
  });

  it('destroy() does not wait for a transaction that was rolled back from outside', async () => {
    await open({ limits: { destroyTimeoutMs: 3_600_000 } });
    const runner = db.dataSource.createQueryRunner();
    await runner.startTransaction();
    db.refuse(new PersistenceError('SHUTTING_DOWN', 'Nothing was written.'));
    await db.dataSource.destroy();
    expect(await outcome(runner.commitTransaction())).toBe('DATA_SOURCE_CLOSED');
  });
});

describe('an instance that may write no more', () => {
  const fenced = () => new PersistenceError('REPLICA_FENCED', 'Nothing was written.');

  it('refuses statements and the commit of an open transaction, and writes, and goes on reading', async () => {
    await open();
    await insert(db.dataSource, 'before');
    const door = new Door();
    const seen: string[] = [];
    const work = db.dataSource.transaction(async (manager) => {
      await manager.insert(Note, { text: 'a' });
      await door.opened;
      seen.push(await outcome(manager.insert(Note, { text: 'b' })));
    });
    await settle();
    db.refuse(fenced());
    door.open();
    expect(await outcome(work)).toBe('REPLICA_FENCED');
    expect(seen).toEqual(['REPLICA_FENCED']);
    expect(await outcome(insert(db.dataSource, 'c'))).toBe('REPLICA_FENCED');
    expect(await db.dataSource.getRepository(Note).count()).toBe(1);
    expect(await db.dataSource.transaction((manager) => manager.count(Note))).toBe(1);
    expect(db.committed()).toEqual(['before']);
  });
});

class Failing1700000000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('CREATE TABLE failed(a)');
    throw new Error('migration');
  }
  async down(): Promise<void> {}
}

class Good1700000000001 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('CREATE TABLE good(a)');
    await db.dataSource.getRepository(Note).save({ text: 'migrated' });
  }
  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE good');
  }
}

describe('schema changes', () => {
  const foreignKeys = () => db.dataSource.query('PRAGMA foreign_keys');

  it('a migration that fails leaves foreign keys on and nothing open', async () => {
    await open({
      options: { migrations: [Failing1700000000000], logging: false, logger: 'debug' },
    });
    expect(await outcome(db.dataSource.runMigrations())).toBe('migration');
    expect(await foreignKeys()).toEqual([{ foreign_keys: 1 }]);
    expect(await outcome(insert(db.dataSource, 'n'))).toBe('ok');
  });

  it.each(['all', 'each', 'none'] as const)(
    'a migration (%s) may use any repository while others insert, and be undone',
    async (transaction) => {
      await open({ options: { migrations: [Good1700000000001] } });
      const migrated = db.dataSource.runMigrations({ transaction });
      const other = insert(db.dataSource, 'p');
      expect(await migrated).toHaveLength(1);
      await other;
      expect(db.committed().sort()).toEqual(['migrated', 'p']);
      await db.dataSource.undoLastMigration({ transaction });
      expect(await foreignKeys()).toEqual([{ foreign_keys: 1 }]);
    },
  );

  it('no insert gets past a foreign key while synchronize() runs', async () => {
    await open();
    await db.dataSource.query('CREATE TABLE child(id INTEGER REFERENCES note(id))');
    let done = false;
    const sync = db.dataSource.synchronize().then(() => (done = true));
    const outcomes: string[] = [];
    while (!done) {
      outcomes.push(await outcome(db.dataSource.query('INSERT INTO child VALUES (999)')));
    }
    await sync;
    expect(new Set(outcomes)).toEqual(new Set(['QueryFailedError']));
  });

  it('clearDatabase() keeps others out, and synchronize(true) begins anew', async () => {
    await open();
    await insert(db.dataSource, 'old');
    await db.dataSource.synchronize(true);
    await insert(db.dataSource, 'new');
    expect(db.committed()).toEqual(['new']);
  });
});

describe('another process that holds the write lock', () => {
  it('is waited for while the event loop goes on', async () => {
    await open();
    const child = fork(LOCK_HOLDER, [db.file], {
      execArgv: [],
    });
    const exited = once(child, 'exit');
    await once(child, 'message');
    let turns = 0;
    const writes = Promise.all([
      insert(db.dataSource, 's'),
      db.dataSource.transaction((manager) => manager.insert(Note, { text: 't' })),
    ]);
    while (turns < 50) {
      await new Promise((resolve) => setTimeout(resolve, 1));
      turns++;
    }
    expect(db.committed()).toEqual([]);
    child.send('release');
    await writes;
    expect(db.committed().sort()).toEqual(['s', 't']);
    await exited;
  });

  it("beyond TypeORM's `timeout` gives SQLite's own error", async () => {
    await open({ options: { timeout: 50 } });
    const child = fork(LOCK_HOLDER, [db.file], {
      execArgv: [],
    });
    const exited = once(child, 'exit');
    await once(child, 'message');
    expect(await errorOf(insert(db.dataSource, 's'))).toMatchObject({
      name: 'QueryFailedError',
      code: 'SQLITE_BUSY',
    });
    child.send('release');
    await exited;
    expect(await outcome(insert(db.dataSource, 'n'))).toBe('ok');
  });
});

describe('what the surroundings are told', () => {
  const told = async (work: () => Promise<unknown>): Promise<number> => {
    const before = db.commits.count;
    await work().catch(() => {});
    return db.commits.count - before;
  };

  it('every commit that changed something, once', async () => {
    await open();
    const { dataSource } = db;
    const notes = dataSource.getRepository(Note);
    expect(await told(() => insert(dataSource, 'a'))).toBe(1);
    expect(await told(() => notes.save([{ text: 'b' }, { text: 'c' }]))).toBe(1);
    expect(await told(() => notes.update({ text: 'a' }, { text: 'A' }))).toBe(1);
    expect(await told(() => dataSource.query('CREATE TABLE t(a)'))).toBe(1);
    expect(
      await told(() =>
        dataSource.transaction(async (manager) => {
          await manager.insert(Note, { text: 'd' });
          await manager.transaction((nested) => nested.insert(Note, { text: 'e' }));
        }),
      ),
    ).toBe(1);
    expect(await told(() => notes.delete({ text: 'A' }))).toBe(1);
  });

  it('no read, no empty and no rolled back transaction', async () => {
    await open();
    const { dataSource } = db;
    const notes = dataSource.getRepository(Note);
    expect(await told(() => notes.find())).toBe(0);
    expect(await told(() => notes.delete({ text: 'none' }))).toBe(0);
    expect(await told(() => dataSource.transaction((manager) => manager.count(Note)))).toBe(0);
    const failing = () =>
      dataSource.transaction(async (manager) => {
        await manager.insert(Note, { text: 'x' });
        throw new Error('business');
      });
    expect(await told(failing)).toBe(0);
    expect(await told(() => dataSource.transaction(() => failing().catch(() => {})))).toBe(0);
    expect(await told(() => dataSource.transaction((manager) => manager.count(Note)))).toBe(0);
  });

  it('the transaction that the caller is in: one and the same, until it has ended', async () => {
    await open();
    const current = () => db.contexts[0]!.current();
    expect(current()).toBeUndefined();
    const door = new Door();
    let floating: Promise<unknown> | undefined;
    let outer: ReturnType<typeof current>;
    await db.dataSource.transaction(async (manager) => {
      outer = current();
      expect(outer).toBeDefined();
      await manager.transaction(() => Promise.resolve(expect(current()).toBe(outer)));
      floating = door.opened.then(() => current());
    });
    expect(await outer!.ended).toBe(true);
    door.open();
    expect(await floating).toBeUndefined();
    expect(current()).toBeUndefined();
  });

  it('that it was rolled back', async () => {
    await open();
    let ended: Promise<boolean> | undefined;
    const failing = db.dataSource.transaction(() => {
      ({ ended } = db.contexts[0]!.current()!);
      return Promise.reject(new Error('business'));
    });
    await outcome(failing);
    expect(await ended).toBe(false);
  });

  it('begin and end of a transaction', async () => {
    await open();
    await db.dataSource.transaction((manager) => manager.insert(Note, { text: 'x' }));
    expect(db.observed.count).toBe(2);
  });
});
