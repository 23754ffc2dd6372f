import type { EntityManager } from 'typeorm';
import { Note } from '../app/note.entity';
import { answersTo, answerTo, type CaseGroup, othersGoOn, refuse, WOKEN } from './isolation-case';

async function slow(manager: EntityManager, name: string): Promise<void> {
  await manager.insert(Note, { text: `${name}1` });
  await othersGoOn();
  await manager.insert(Note, { text: `${name}2` });
}

async function failing(manager: EntityManager, name: string): Promise<never> {
  await slow(manager, name);
  return refuse();
}

/** Transactions inside a transaction. */
export const NESTED: CaseGroup = {
  title: 'Nested',
  cases: [
    {
      operation: 'nested, both good',
      rows: ['i1', 'i2', 'o'],
      wakes: 1,
      run: ({ dataSource }) =>
        dataSource.transaction(async (outer) => {
          await outer.transaction((inner) => slow(inner, 'i'));
          await outer.insert(Note, { text: 'o' });
        }),
    },
    {
      operation: 'nested, the inner one fails and the outer one goes on',
      rows: ['o1', 'o2'],
      wakes: 1,
      answers: ['ok', 'refused by the app'],
      run: async ({ dataSource }) => {
        let told = '';
        const outer = dataSource.transaction(async (manager) => {
          await manager.insert(Note, { text: 'o1' });
          told = await answerTo(manager.transaction((inner) => failing(inner, 'i')));
          await manager.insert(Note, { text: 'o2' });
        });
        return [await answerTo(outer), told];
      },
    },
    {
      operation: 'nested, the outer one fails behind the inner one',
      rows: [],
      wakes: 0,
      answers: ['refused by the app'],
      onStock: WOKEN,
      run: ({ dataSource }) =>
        answersTo(
          dataSource.transaction(async (outer) => {
            await outer.transaction((inner) => slow(inner, 'i'));
            refuse();
          }),
        ),
    },
    {
      operation: 'nested by dataSource.transaction(), as in a service that knows of no other',
      rows: ['o1', 'o2'],
      wakes: 1,
      answers: ['ok', 'refused by the app'],
      run: async ({ dataSource }) => {
        let told = '';
        const outer = dataSource.transaction(async (manager) => {
          await manager.insert(Note, { text: 'o1' });
          told = await answerTo(dataSource.transaction((inner) => failing(inner, 'i')));
          await manager.insert(Note, { text: 'o2' });
        });
        return [await answerTo(outer), told];
      },
    },
    {
      operation: 'Promise.all of two nested',
      rows: ['a1', 'a2', 'b1', 'b2', 'o'],
      wakes: 1,
      onStock: 'their savepoints end each other: the outer one fails',
      run: ({ dataSource }) =>
        dataSource.transaction(async (outer) => {
          await outer.insert(Note, { text: 'o' });
          await Promise.all(
            ['a', 'b'].map((name) => outer.transaction((inner) => slow(inner, name))),
          );
        }),
    },
    {
      operation: 'Promise.all of two nested, one fails and the outer one goes on',
      rows: ['a1', 'a2', 'o'],
      wakes: 1,
      answers: ['ok', 'ok', 'refused by the app'],
      onStock: 'their savepoints end each other: the outer one fails',
      run: async ({ dataSource }) => {
        let told: string[] = [];
        const outer = dataSource.transaction(async (manager) => {
          await manager.insert(Note, { text: 'o' });
          told = await answersTo(
            manager.transaction((inner) => slow(inner, 'a')),
            manager.transaction((inner) => failing(inner, 'b')),
          );
        });
        return [await answerTo(outer), ...told];
      },
    },
    {
      operation: 'insert() of the outer one beside a nested one that fails',
      rows: ['o', 'p'],
      wakes: 1,
      onStock: 'the row of the outer one is rolled back with the nested one',
      run: ({ dataSource }) =>
        dataSource.transaction(async (outer) => {
          await outer.insert(Note, { text: 'o' });
          const inner = outer.transaction((manager) => failing(manager, 'i')).catch(() => {});
          await othersGoOn(2);
          await Promise.all([inner, outer.insert(Note, { text: 'p' })]);
        }),
    },
    {
      operation: 'insert() of the outer one beside a nested query runner that rolls back',
      rows: ['o', 'p'],
      wakes: 1,
      onStock: 'the row of the outer one is rolled back with the nested one',
      run: ({ dataSource }) =>
        dataSource.transaction(async (outer) => {
          await outer.insert(Note, { text: 'o' });
          const byHand = async () => {
            const runner = dataSource.createQueryRunner();
            await runner.startTransaction();
            await slow(runner.manager, 'i');
            await runner.rollbackTransaction();
            await runner.release();
          };
          const beside = othersGoOn(2).then(() => outer.insert(Note, { text: 'p' }));
          await Promise.all([byHand(), beside]);
        }),
    },
    {
      operation: 'a nested one goes on behind its failure, and the outer one commits',
      rows: ['o'],
      wakes: 1,
      answers: ['ok', 'TRANSACTION_LOST'],
      onStock: 'its late row is committed with the outer one',
      run: async ({ dataSource }) => {
        let late: Promise<string> | undefined;
        const outer = dataSource.transaction(async (manager) => {
          await manager.insert(Note, { text: 'o' });
          const inner = manager.transaction(async (nested) => {
            late = othersGoOn(4).then(() => answerTo(nested.insert(Note, { text: 'late' })));
            refuse();
          });
          await inner.catch(() => {});
          await late;
        });
        return [await answerTo(outer), await late];
      },
    },
  ],
};
