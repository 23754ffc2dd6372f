import { afterEach, describe, expect, it } from '@jest/globals';
import { Note } from '../../../../test/journeys/support/isolated/entities';
import {
  insert,
  type OpenOptions,
  openIsolated,
  type Opened,
} from '../../../../test/journeys/support/isolated/open-isolated';
import { Door, outcome } from '../../../../test/journeys/support/isolated/steps';

const opened: Opened[] = [];
afterEach(async () => {
  for (const each of opened.splice(0)) await each.end();
});

async function open(options?: OpenOptions): Promise<Opened> {
  const made = await openIsolated(options);
  opened.push(made);
  return made;
}

describe('an isolation level', () => {
  it.each([
    ['SERIALIZABLE', 0],
    ['READ UNCOMMITTED', 1],
  ] as const)('%s holds for the transaction that asks for it', async (level, uncommitted) => {
    const db = await open();
    const { dataSource } = db;
    const seen = await dataSource.transaction(level, async (manager) => {
      await manager.insert(Note, { text: level });
      return manager.query('PRAGMA read_uncommitted');
    });
    expect(seen).toEqual([{ read_uncommitted: uncommitted }]);
    expect(db.committed()).toEqual([level]);
  });

  it('that SQLite does not have is refused with those that it has, and nothing is run', async () => {
    const db = await open();
    const { dataSource } = db;
    let ran = false;
    const work = dataSource.transaction('REPEATABLE READ', () => {
      ran = true;
      return Promise.resolve();
    });
    await expect(work).rejects.toThrow(/(?=.*READ UNCOMMITTED)(?=.*SERIALIZABLE).*REPEATABLE READ/);
    expect(ran).toBe(false);
    expect(await outcome(insert(dataSource, 'after'))).toBe('ok');
    expect(db.committed()).toEqual(['after']);
  });
});

describe('a query runner held by `await using`', () => {
  it('commits what is open at the end of the block, and is released', async () => {
    const db = await open();
    const { dataSource, commits } = db;
    const runner = dataSource.createQueryRunner();
    {
      await using held = runner;
      await held.startTransaction();
      await held.manager.insert(Note, { text: 'kept' });
      expect(db.committed()).toEqual([]);
    }
    expect(db.committed()).toEqual(['kept']);
    expect([commits.count, runner.isReleased]).toEqual([1, true]);
  });

  it('commits nothing that its code has rolled back', async () => {
    const db = await open();
    const { dataSource, commits } = db;
    const runner = dataSource.createQueryRunner();
    {
      await using held = runner;
      await held.startTransaction();
      await held.manager.insert(Note, { text: 'gone' });
      await held.rollbackTransaction();
    }
    expect(db.committed()).toEqual([]);
    expect([commits.count, runner.isReleased]).toEqual([0, true]);
  });
});

describe('transactions of two databases, one inside the other,', () => {
  it('are rolled back each for itself', async () => {
    const [a, b] = [await open(), await open()];
    const nest = (outer: Opened, inner: Opened, fails: 'outer' | 'inner') =>
      outer.dataSource.transaction(async (manager) => {
        await manager.insert(Note, { text: `outside, ${fails} fails` });
        const work = inner.dataSource.transaction(async (other) => {
          await other.insert(Note, { text: `inside, ${fails} fails` });
          if (fails === 'inner') throw new Error('inner');
        });
        expect(await outcome(work)).toBe(fails === 'inner' ? 'inner' : 'ok');
        if (fails === 'outer') throw new Error('outer');
      });
    expect(await outcome(nest(a, b, 'inner'))).toBe('ok');
    expect(await outcome(nest(a, b, 'outer'))).toBe('outer');
    expect(a.committed()).toEqual(['outside, inner fails']);
    expect(b.committed()).toEqual(['inside, outer fails']);
    expect([a.commits.count, b.commits.count]).toEqual([1, 1]);
  });

  it('and the other way round at once, do not hang: the one that waits too long fails', async () => {
    const a = await open({ limits: { lockTimeoutMs: 100 } });
    const b = await open();
    const doors = [new Door(), new Door()] as const;
    const both = Promise.all(doors.map(({ opened }) => opened));
    const crossing = (outer: Opened, inner: Opened, door: Door, text: string) =>
      outer.dataSource.transaction(async (manager) => {
        await manager.insert(Note, { text });
        door.open();
        await both;
        await inner.dataSource.transaction((other) => other.insert(Note, { text }));
      });
    const outcomes = await Promise.all([
      outcome(crossing(a, b, doors[0], 'a, then b')),
      outcome(crossing(b, a, doors[1], 'b, then a')),
    ]);
    expect(outcomes).toEqual(['ok', 'TRANSACTION_WAIT_TIMEOUT']);
    expect(a.committed()).toEqual(['a, then b']);
    expect(b.committed()).toEqual(['a, then b']);
  });
});
