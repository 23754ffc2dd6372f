import { afterEach, describe, expect, it } from '@jest/globals';
import { AsyncResource } from 'node:async_hooks';
import type { EntityManager } from 'typeorm';
import { runInRequest } from '../../durable/request-scope';
import { Note } from '../../../../test/journeys/support/isolated/entities';
import {
  insert,
  type OpenOptions,
  openIsolated,
  type Opened,
} from '../../../../test/journeys/support/isolated/open-isolated';
import { Door, outcome, settle } from '../../../../test/journeys/support/isolated/steps';

let db: Opened;
afterEach(() => db.end());

async function open(options?: OpenOptions): Promise<Opened> {
  db = await openIsolated(options);
  return db;
}

/** Nested transactions, the innermost of which inserts; all of them throw. */
async function failingLevels(manager: EntityManager, levels: number, rows: number): Promise<void> {
  const work = manager.transaction(async (inner) => {
    if (levels > 1) await failingLevels(inner, levels - 1, rows);
    else for (let i = 0; i < rows; i++) await inner.insert(Note, { text: 'gone' });
    throw new Error('business');
  });
  expect(await outcome(work)).toBe('business');
}

describe('a commit', () => {
  it.each([1, 2, 3])('is told of whatever was rolled back %d levels inside it', async (levels) => {
    const { dataSource, commits } = await open();
    for (const kept of [1, 2, 3]) {
      for (const gone of [1, 2, 3]) {
        commits.count = 0;
        await dataSource.transaction(async (manager) => {
          for (let i = 0; i < kept; i++) await manager.insert(Note, { text: 'kept' });
          await failingLevels(manager, levels, gone);
        });
        expect({ kept, gone, told: commits.count }).toEqual({ kept, gone, told: 1 });
      }
    }
  });

  it('is not told of where all that it changed was rolled back inside it', async () => {
    const { dataSource, commits } = await open();
    await dataSource.transaction((manager) => failingLevels(manager, 3, 2));
    expect(commits.count).toBe(0);
  });

  it.each(['ROLLBACK', '/* a * b */ ROLLBACK', '-- c\n/**/ rollback'])(
    'is not what %j is, sent as a query',
    async (sql) => {
      const { dataSource, commits, contexts } = await open();
      const runner = dataSource.createQueryRunner();
      await runner.query('BEGIN');
      await runner.query("INSERT INTO note(text) VALUES ('gone')");
      await runner.query(sql);
      await runner.release();
      expect(commits.count).toBe(0);
      expect(contexts[0]!.current()).toBeUndefined();
    },
  );
});

describe('a transaction in the middle of which the DataSource was closed and opened anew', () => {
  const limits = { destroyTimeoutMs: 20 };

  it('runs nothing more, neither by its manager nor by repositories', async () => {
    const { dataSource } = await open({ limits });
    const door = new Door();
    const seen: string[] = [];
    const work = dataSource.transaction(async (manager) => {
      await manager.insert(Note, { text: 'first' });
      await door.opened;
      const notes = dataSource.getRepository(Note);
      seen.push(
        await outcome(manager.insert(Note, { text: 'manager' })),
        await outcome(manager.save(Note, { text: 'manager' })),
        await outcome(manager.transaction((inner) => inner.insert(Note, { text: 'nested' }))),
        await outcome(notes.insert({ text: 'repository' })),
        await outcome(notes.save({ text: 'repository' })),
        await outcome(dataSource.transaction((other) => other.insert(Note, { text: 'other' }))),
        await outcome(dataSource.query("INSERT INTO note(text) VALUES ('sql')")),
      );
    });
    await settle();
    await dataSource.destroy();
    await dataSource.initialize();
    door.open();
    expect(await outcome(work)).toBe('DATA_SOURCE_CLOSED');
    expect(seen).toEqual(Array(7).fill('DATA_SOURCE_CLOSED'));
    expect(db.committed()).toEqual([]);
    expect(await outcome(insert(dataSource, 'after'))).toBe('ok');
    expect(db.committed()).toEqual(['after']);
  });

  it('runs nothing more where it did that itself, and where its context was lost', async () => {
    const { dataSource } = await open({ limits });
    const outside = new AsyncResource('bound before');
    const seen: string[] = [];
    const work = dataSource.transaction(async (manager) => {
      await dataSource.destroy();
      await dataSource.initialize();
      const insertOutside = () => outcome(manager.insert(Note, { text: 'outside' }));
      seen.push(await outside.runInAsyncScope(insertOutside));
      await manager.save(Note, { text: 'inside' });
    });
    expect(await outcome(work)).toBe('DATA_SOURCE_CLOSED');
    expect(seen).toEqual(['DATA_SOURCE_CLOSED']);
    expect(db.committed()).toEqual([]);
  });

  it('is over also if it was begun by hand', async () => {
    const { dataSource } = await open({ limits });
    const runner = dataSource.createQueryRunner();
    await runner.startTransaction();
    await dataSource.destroy();
    await dataSource.initialize();
    expect(await outcome(runner.manager.insert(Note, { text: 'n' }))).toBe('DATA_SOURCE_CLOSED');
    expect(await outcome(runner.commitTransaction())).toBe('DATA_SOURCE_CLOSED');
    await runner.release();
    expect(db.committed()).toEqual([]);
  });
});

describe('a transaction that was lost', () => {
  it('runs nothing more by its manager where the context was lost, too', async () => {
    const { dataSource } = await open();
    const outside = new AsyncResource('bound before');
    const seen: string[] = [];
    const work = dataSource.transaction(async (manager) => {
      await manager.query('ROLLBACK');
      const insertOutside = () => outcome(manager.insert(Note, { text: 'outside' }));
      seen.push(await outside.runInAsyncScope(insertOutside));
    });
    expect(await outcome(work)).toBe('TRANSACTION_LOST');
    expect(seen).toEqual(['TRANSACTION_LOST']);
    expect(db.committed()).toEqual([]);
  });
});

describe('one query runner that several flows share', () => {
  it('keeps their transactions by callback apart', async () => {
    const { dataSource } = await open();
    const runner = dataSource.createQueryRunner();
    const door = new Door();
    const failing = outcome(
      runner.manager.transaction(async (manager) => {
        await manager.insert(Note, { text: 'a' });
        await door.opened;
        await manager.insert(Note, { text: 'a' });
        throw new Error('business');
      }),
    );
    await settle();
    const others = [
      outcome(runner.manager.transaction((manager) => manager.insert(Note, { text: 'b' }))),
      outcome(runner.manager.save(Note, { text: 'c' })),
      outcome(runner.manager.insert(Note, { text: 'd' })),
    ];
    await settle();
    door.open();
    expect(await failing).toBe('business');
    expect(await Promise.all(others)).toEqual(['ok', 'ok', 'ok']);
    expect(db.committed().sort()).toEqual(['b', 'c', 'd']);
    await runner.release();
  });
});

describe('what an HTTP request has begun by hand', () => {
  it.each(['startTransaction', 'BEGIN'])('is found by the rest of it (%s)', async (how) => {
    const { dataSource, contexts } = await open();
    const context = contexts[0]!;
    const runner = dataSource.createQueryRunner();
    await runInRequest({ number: 1 }, async () => {
      expect(context.ofRequest()).toBeUndefined();
      await (how === 'BEGIN' ? runner.query('BEGIN') : runner.startTransaction());
      const found = context.ofRequest()!;
      expect(found).toBeDefined();
      expect(context.current()).toBeUndefined();
      runInRequest({ number: 2 }, () => expect(context.ofRequest()).toBeUndefined());
      await (how === 'BEGIN' ? runner.query('ROLLBACK') : runner.rollbackTransaction());
      expect(await found.ended).toBe(false);
      expect(context.ofRequest()).toBeUndefined();
    });
    await runner.release();
  });

  it('is not found from outside of any request, where others begin by hand, too', async () => {
    const { dataSource, contexts } = await open();
    const runner = dataSource.createQueryRunner();
    await runner.startTransaction();
    expect(contexts[0]!.ofRequest()).toBeUndefined();
    await runner.commitTransaction();
    await runner.release();
  });

  it('comes behind the transaction that the caller is in for certain', async () => {
    const { dataSource, contexts } = await open();
    await runInRequest({}, () =>
      dataSource.transaction(() => {
        expect(contexts[0]!.ofRequest()).toBe(contexts[0]!.current());
        return Promise.resolve();
      }),
    );
  });
});
