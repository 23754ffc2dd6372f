import { afterEach, describe, expect, it } from '@jest/globals';
import type { EntityManager } from 'typeorm';
import { Note } from './support/entities';
import { type OpenOptions, openIsolated, type Opened } from './support/open-isolated';
import { outcome } from './support/steps';

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
