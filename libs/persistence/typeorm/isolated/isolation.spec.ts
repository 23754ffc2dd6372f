import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { AsyncResource } from 'node:async_hooks';
import type { EntitySubscriberInterface, InsertEvent } from 'typeorm';
import {
  Account,
  Audit,
  Author,
  Book,
  Note,
} from '../../../../test/journeys/support/isolated/entities';
import {
  insert,
  openIsolated,
  type Opened,
} from '../../../../test/journeys/support/isolated/open-isolated';
import { Door, outcome, settle } from '../../../../test/journeys/support/isolated/steps';

let db: Opened;
beforeEach(async () => {
  db = await openIsolated();
});
afterEach(() => db.end());

/** Two inserts with a pause between them in which others can go on. */
function twoInserts(text: string, fails = false): Promise<void> {
  return db.dataSource.transaction(async (manager) => {
    await manager.insert(Note, { text: `${text}1` });
    await settle();
    await manager.insert(Note, { text: `${text}2` });
    if (fails) throw new Error('business');
  });
}

/** A transaction that stays open until its door is opened. */
function held(door: Door, fails = false): { ended: Promise<string>; begun: Promise<void> } {
  const begun = new Door();
  const ended = outcome(
    db.dataSource.transaction(async (manager) => {
      await manager.insert(Note, { text: 'held' });
      begun.open();
      await door.opened;
      if (fails) throw new Error('business');
    }),
  );
  return { ended, begun: begun.opened };
}

describe('transactions at once', () => {
  it('both commit', async () => {
    expect(await Promise.all([outcome(twoInserts('x')), outcome(twoInserts('y'))])).toEqual([
      'ok',
      'ok',
    ]);
    expect(db.committed()).toEqual(['x1', 'x2', 'y1', 'y2']);
  });

  it('the one that throws takes nothing of the other with it', async () => {
    expect(await Promise.all([outcome(twoInserts('x')), outcome(twoInserts('y', true))])).toEqual([
      'ok',
      'business',
    ]);
    expect(db.committed()).toEqual(['x1', 'x2']);
  });

  it('inserts beside one that throws stay', async () => {
    const door = new Door();
    const { ended, begun } = held(door, true);
    await begun;
    const inserts = [0, 1, 2].map((i) => outcome(insert(db.dataSource, `p${i}`)));
    await settle();
    door.open();
    expect(await ended).toBe('business');
    expect(await Promise.all(inserts)).toEqual(['ok', 'ok', 'ok']);
    expect(db.committed()).toEqual(['p0', 'p1', 'p2']);
  });

  it('of five saves at once only the invalid one fails', async () => {
    const saves = ['a', 'b', null, 'd', 'e'].map((text) =>
      outcome(db.dataSource.getRepository(Note).save({ text: text as string })),
    );
    expect(await Promise.all(saves)).toEqual(['ok', 'ok', 'QueryFailedError', 'ok', 'ok']);
    expect(db.committed().sort()).toEqual(['a', 'b', 'd', 'e']);
  });

  it('a read outside sees what is committed, without waiting', async () => {
    const door = new Door();
    const { ended, begun } = held(door);
    await begun;
    expect(await db.dataSource.getRepository(Note).count()).toBe(0);
    door.open();
    await ended;
    expect(await db.dataSource.getRepository(Note).count()).toBe(1);
  });

  it('a read sees the save before it while other transactions are open', async () => {
    let busy = true;
    const background = (async () => {
      while (busy) await twoInserts('bg');
    })();
    const notes = db.dataSource.getRepository(Note);
    for (let i = 0; i < 20; i++) {
      const { id } = await notes.save({ text: `r${i}` });
      expect(await notes.findOneBy({ id })).toMatchObject({ text: `r${i}` });
    }
    busy = false;
    await background;
  });

  it('two hundred transfers at once, a third of which throw, leave the right sum', async () => {
    const { dataSource } = db;
    await dataSource
      .getRepository(Account)
      .save(Array.from({ length: 10 }, () => ({ balance: 100 })));
    const outcomes = await Promise.all(
      Array.from({ length: 200 }, (_, i) =>
        outcome(
          dataSource.transaction(async (manager) => {
            await manager.decrement(Account, { id: 1 + (i % 10) }, 'balance', 1 + (i % 5));
            if (i % 4 === 0) await settle();
            if (i % 3 === 0) throw new Error('business');
            await manager.increment(
              Account,
              { id: 1 + ((i * 7 + 3) % 10) },
              'balance',
              1 + (i % 5),
            );
          }),
        ),
      ),
    );
    expect(outcomes).toEqual(outcomes.map((_, i) => (i % 3 === 0 ? 'business' : 'ok')));
    const balances = await dataSource.getRepository(Account).find();
    expect(balances.reduce((sum, { balance }) => sum + balance, 0)).toBe(1_000);
  });

  it('what is given to save() reaches the subscriber of that save', async () => {
    const seen: string[] = [];
    db.dataSource.subscribers.push({
      beforeInsert: async ({ entity, queryRunner }: InsertEvent<Note>) => {
        await settle();
        seen.push(`${entity.text}:${(queryRunner.data as { by: number }).by}`);
      },
    } as EntitySubscriberInterface);
    const notes = db.dataSource.getRepository(Note);
    await Promise.all([
      notes.save({ text: 'a' }, { data: { by: 1 } }),
      notes.save({ text: 'b' }, { data: { by: 2 } }),
    ]);
    expect(seen.sort()).toEqual(['a:1', 'b:2']);
  });
});

describe('nested transactions', () => {
  for (const [whose, nest] of [
    ['of the manager', (manager: { transaction: unknown }) => manager],
    ['of the DataSource', () => db.dataSource],
  ] as const) {
    it(`${whose}: one that throws leaves the outer as it was`, async () => {
      await db.dataSource.transaction(async (manager) => {
        await manager.insert(Note, { text: 'o1' });
        const inner = (nest(manager) as typeof manager).transaction(async (nested) => {
          await nested.insert(Note, { text: 'i' });
          throw new Error('in');
        });
        expect(await outcome(inner)).toBe('in');
        await manager.insert(Note, { text: 'o2' });
      });
      expect(db.committed()).toEqual(['o1', 'o2']);
    });
  }

  it('siblings wait for one another, and fail each for itself', async () => {
    await db.dataSource.transaction(async (manager) => {
      await manager.insert(Note, { text: 'o' });
      const nested = ['a', 'b'].map((text) =>
        outcome(
          manager.transaction(async (inner) => {
            await inner.insert(Note, { text: `${text}1` });
            await settle();
            await inner.insert(Note, { text: `${text}2` });
            if (text === 'b') throw new Error('business');
          }),
        ),
      );
      expect(await Promise.all(nested)).toEqual(['ok', 'business']);
    });
    expect(db.committed()).toEqual(['o', 'a1', 'a2']);
  });

  it('an insert by the outer one is not rolled back with a nested one', async () => {
    await db.dataSource.transaction(async (manager) => {
      const begun = new Door();
      const nested = manager.transaction(async (inner) => {
        await inner.insert(Note, { text: 'i' });
        begun.open();
        await settle();
        throw new Error('in');
      });
      await begun.opened;
      await Promise.all([outcome(nested), manager.insert(Note, { text: 'p' })]);
    });
    expect(db.committed()).toEqual(['p']);
  });

  it('an insert by the outer one is not rolled back with one begun by hand inside it', async () => {
    await db.dataSource.transaction(async (manager) => {
      const runner = db.dataSource.createQueryRunner();
      await runner.startTransaction();
      await runner.manager.insert(Note, { text: 'i' });
      const beside = [manager.insert(Note, { text: 'p' }), insert(db.dataSource, 'q')];
      await settle();
      await runner.rollbackTransaction();
      await runner.release();
      await Promise.all(beside);
    });
    expect(db.committed()).toEqual(['p', 'q']);
  });

  it('one that is still running when the outer one throws cannot commit', async () => {
    const door = new Door();
    let nested: Promise<string> | undefined;
    const outer = db.dataSource.transaction(async (manager) => {
      nested = outcome(manager.transaction(() => door.opened));
      await settle();
      throw new Error('business');
    });
    expect(await outcome(outer)).toBe('business');
    door.open();
    expect(await nested).toBe('TRANSACTION_LOST');
    expect(await outcome(insert(db.dataSource, 'n'))).toBe('ok');
  });

  it('what waits beside a nested one is not run when the outer one throws meanwhile', async () => {
    const door = new Door();
    const late: Promise<string>[] = [];
    const outer = db.dataSource.transaction(async (manager) => {
      const begun = new Door();
      const nested = manager.transaction(async () => {
        begun.open();
        await door.opened;
      });
      await begun.opened;
      late.push(outcome(nested), outcome(manager.insert(Note, { text: 'sibling' })));
      late.push(outcome(manager.transaction((k) => k.insert(Note, { text: 'sibling2' }))));
      await settle();
      throw new Error('business');
    });
    expect(await outcome(outer)).toBe('business');
    door.open();
    expect((await Promise.all(late)).slice(1)).toEqual(['TRANSACTION_LOST', 'TRANSACTION_LOST']);
    expect(db.committed()).toEqual([]);
  });

  it('several that wait for the end of the same nested one go one after the other', async () => {
    const runner = db.dataSource.createQueryRunner();
    await db.dataSource.transaction(async (manager) => {
      const door = new Door();
      const first = manager.transaction(() => door.opened);
      const failing = manager.transaction(async (inner) => {
        await inner.insert(Note, { text: 'refused' });
        await settle();
        throw new Error('in');
      });
      const byHand = (async () => {
        await runner.startTransaction();
        await runner.manager.insert(Note, { text: 'by hand' });
        await runner.commitTransaction();
      })();
      await settle();
      door.open();
      await Promise.all([first, byHand]);
      expect(await outcome(failing)).toBe('in');
    });
    await runner.release();
    expect(db.committed()).toEqual(['by hand']);
  });

  it('a save() that comes too late for its nested one does not end the outer one', async () => {
    await db.dataSource.transaction(async (manager) => {
      await manager.insert(Note, { text: 'o' });
      const door = new Door();
      let late: Promise<string> | undefined;
      const nested = manager.transaction(async (inner) => {
        late = outcome(door.opened.then(() => inner.save(Note, { text: 'late' })));
        await settle();
        throw new Error('in');
      });
      expect(await outcome(nested)).toBe('in');
      door.open();
      expect(await late).toBe('TRANSACTION_LOST');
      await manager.insert(Note, { text: 'o2' });
    });
    expect(db.committed()).toEqual(['o', 'o2']);
  });

  it('nothing of a callback commits by itself once its transaction was rolled back under it', async () => {
    const whole = db.dataSource.transaction(async (manager) => {
      await manager.queryRunner!.rollbackTransaction();
      const runner = db.dataSource.createQueryRunner();
      return [
        await outcome(insert(db.dataSource, 'by a repository')),
        await outcome(runner.startTransaction()),
        await outcome(db.dataSource.transaction((other) => other.insert(Note, { text: 'nested' }))),
      ];
    });
    expect(await outcome(whole)).not.toBe('ok');
    expect(db.committed()).toEqual([]);
  });

  it('what still runs in a nested one that was rolled back does not land in the outer one', async () => {
    await db.dataSource.transaction(async (manager) => {
      await manager.insert(Note, { text: 'o' });
      const door = new Door();
      const late: Promise<string>[] = [];
      const nested = manager.transaction(async (inner) => {
        late.push(
          outcome(door.opened.then(() => inner.insert(Note, { text: 'late' }))),
          outcome(door.opened.then(() => insert(db.dataSource, 'late2'))),
        );
        await settle();
        throw new Error('in');
      });
      expect(await outcome(nested)).toBe('in');
      door.open();
      expect(await Promise.all(late)).toEqual(['TRANSACTION_LOST', 'TRANSACTION_LOST']);
    });
    expect(db.committed()).toEqual(['o']);
  });
});

describe('code that does not hand the manager on', () => {
  it('joins the transaction with any repository', async () => {
    const failing = db.dataSource.transaction(async () => {
      await db.dataSource.getRepository(Note).save({ text: 'g' });
      await settle();
      throw new Error('business');
    });
    expect(await outcome(failing)).toBe('business');
    expect(db.committed()).toEqual([]);
  });

  it('finds what the transaction wrote with preload(), where TypeORM reads with the global manager', async () => {
    await db.dataSource.transaction(async (manager) => {
      const { id } = await manager.save(Note, { text: 'x' });
      expect(await manager.preload(Note, { id, text: 'y' })).toMatchObject({ text: 'y' });
    });
  });

  it('joins by the manager where the async context was lost', async () => {
    const outside = new AsyncResource('bound before');
    await db.dataSource.transaction(async (manager) => {
      await manager.insert(Note, { text: 'o' });
      await outside.runInAsyncScope(() => manager.insert(Note, { text: 'e' }));
    });
    expect(db.committed()).toEqual(['o', 'e']);
  });

  it('is outside when it outlives the transaction that it was started in', async () => {
    const door = new Door();
    let later: Promise<string> | undefined;
    await db.dataSource.transaction(async (manager) => {
      await manager.insert(Note, { text: 't' });
      later = outcome(door.opened.then(() => insert(db.dataSource, 'later')));
    });
    door.open();
    expect(await later).toBe('ok');
    expect(db.committed()).toEqual(['t', 'later']);
  });

  it('is refused with the manager of a transaction that has ended', async () => {
    const door = new Door();
    const late: Promise<string>[] = [];
    const failing = db.dataSource.transaction(async (manager) => {
      late.push(
        outcome(door.opened.then(() => manager.insert(Note, { text: 'late' }))),
        outcome(door.opened.then(() => manager.save(Note, { text: 'late' }))),
        outcome(door.opened.then(() => manager.transaction((k) => k.insert(Note, { text: 'l' })))),
      );
      throw new Error('business');
    });
    expect(await outcome(failing)).toBe('business');
    door.open();
    expect(await Promise.all(late)).toEqual(Array(3).fill('TRANSACTION_LOST'));
    expect(db.committed()).toEqual([]);
  });
});

describe('relations', () => {
  it('cascades and lazy relations work inside and after a transaction beside others', async () => {
    const { dataSource } = db;
    const busy = Promise.all([1, 2, 3].map(() => twoInserts('bg')));
    const author = dataSource.getRepository(Author).create({ name: 'A' });
    const books = dataSource.getRepository(Book);
    author.books = Promise.resolve([
      books.create({ title: 'one' }),
      books.create({ title: 'two' }),
    ]);
    const book = await dataSource.transaction(async (manager) => {
      await manager.save(author);
      return manager.findOneByOrFail(Book, { title: 'one' });
    });
    const again = await dataSource.getRepository(Author).findOneByOrFail({ name: 'A' });
    expect(await again.books).toHaveLength(2);
    expect((await book.author).name).toBe('A');
    await busy;
  });
});

describe('a database in memory', () => {
  it('has no second connection: a read outside waits for the transaction', async () => {
    const memory = await openIsolated({ options: { database: ':memory:' } });
    const door = new Door();
    const begun = new Door();
    const open = memory.dataSource.transaction(async (manager) => {
      await manager.insert(Note, { text: 'x' });
      begun.open();
      await door.opened;
    });
    await begun.opened;
    const count = memory.dataSource.getRepository(Note).count();
    await settle();
    door.open();
    await open;
    expect(await count).toBe(1);
    await memory.end();
  });
});

describe('subscribers', () => {
  const subscribe = (subscriber: EntitySubscriberInterface) =>
    void db.dataSource.subscribers.push(subscriber);
  const auditsNotes = (write: () => Promise<unknown>): EntitySubscriberInterface => ({
    beforeInsert: async ({ metadata }: InsertEvent<Note>) => {
      if (metadata.target === Note) await write();
    },
  });
  const audits = () => db.dataSource.getRepository(Audit);

  it('are part of the save that fails behind them', async () => {
    subscribe(auditsNotes(() => audits().save({ text: 'a' })));
    const save = db.dataSource.getRepository(Note).save({ text: null as unknown as string });
    expect(await outcome(save)).toBe('QueryFailedError');
    expect(await audits().count()).toBe(0);
  });

  it('are part of the transaction of a query builder', async () => {
    subscribe(auditsNotes(() => audits().insert({ text: 'a' })));
    const builder = db.dataSource.getRepository(Note).createQueryBuilder().insert();
    await builder.values({ text: 'q' }).useTransaction(true).execute();
    expect(await audits().count()).toBe(1);
  });

  it('are part of a transaction that was begun by hand', async () => {
    subscribe(auditsNotes(() => audits().save({ text: 'a' })));
    const runner = db.dataSource.createQueryRunner();
    await runner.startTransaction();
    await runner.manager.save(Note, { text: 'q' });
    await runner.rollbackTransaction();
    await runner.release();
    expect(await audits().count()).toBe(0);
  });

  it.each(['of the DataSource', 'of the event'])(
    'write behind the commit that they are told of, with the manager %s',
    async (whose) => {
      let told = 0;
      subscribe({
        afterTransactionCommit: async ({ manager }) => {
          if (told++ > 0) return;
          const target = whose === 'of the event' ? manager : db.dataSource.manager;
          await target.save(Audit, { text: 'a' });
        },
      });
      await db.dataSource.getRepository(Note).save({ text: 'x' });
      expect(await audits().count()).toBe(1);
    },
  );

  it('that throw at the start of a nested transaction end only that', async () => {
    let armed = false;
    subscribe({
      beforeTransactionStart: () => {
        if (armed) throw new Error('sub');
      },
    });
    await db.dataSource.transaction(async (manager) => {
      await manager.insert(Note, { text: 'o' });
      armed = true;
      expect(await outcome(manager.transaction((k) => k.insert(Note, { text: 'i' })))).toBe('sub');
      armed = false;
    });
    expect(db.committed()).toEqual(['o']);
  });

  it.each(['beforeTransactionRollback', 'afterTransactionRollback'] as const)(
    'that throw at %s keep nothing alive',
    async (event) => {
      let armed = true;
      subscribe({
        [event]: () => {
          if (armed) throw new Error('sub');
        },
      });
      expect(await outcome(twoInserts('x', true))).toBe('business');
      armed = false;
      expect(await outcome(twoInserts('n'))).toBe('ok');
      expect(db.committed()).toEqual(['n1', 'n2']);
    },
  );

  it('that throw behind the begin of a query builder leave nothing open', async () => {
    let armed = true;
    subscribe({
      afterTransactionStart: () => {
        if (armed) throw new Error('sub');
      },
    });
    const builder = db.dataSource.getRepository(Note).createQueryBuilder().insert();
    const query = builder.values({ text: 'q' }).useTransaction(true).execute();
    expect(await outcome(query)).toBe('sub');
    armed = false;
    expect(await outcome(twoInserts('n'))).toBe('ok');
    expect(db.committed()).toEqual(['n1', 'n2']);
  });
});
