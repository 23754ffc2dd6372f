import type { DataSource } from 'typeorm';
import { Note } from '../app/note.entity';
import {
  answersTo,
  answerTo,
  type CaseGroup,
  NO_TEXT,
  othersGoOn,
  refuse,
  WOKEN,
} from './isolation-case';

/** Inserts `<name>1`, lets the others go on, inserts `<name>2`; then it commits, or the app refuses it. */
function slow(dataSource: DataSource, name: string, end = () => {}): Promise<void> {
  return dataSource.transaction(async (manager) => {
    await manager.insert(Note, { text: `${name}1` });
    await othersGoOn();
    await manager.insert(Note, { text: `${name}2` });
    end();
  });
}

const ACCOUNTS = 5;
const TRANSFERS = 60;

/** Several calls at the same time. */
export const CONCURRENT: CaseGroup = {
  title: 'Several at once',
  cases: [
    {
      operation: 'two transactions',
      rows: ['x1', 'x2', 'y1', 'y2'],
      wakes: 2,
      answers: ['ok', 'ok'],
      onStock:
        'the second cannot begin, and ends the first: both are told that they failed, though rows of the first are there',
      run: ({ dataSource }) => answersTo(slow(dataSource, 'x'), slow(dataSource, 'y')),
    },
    {
      operation: 'two transactions, one refused by the app',
      rows: ['x1', 'x2'],
      wakes: 1,
      answers: ['ok', 'refused by the app'],
      onStock: 'the good one is told that it failed, though its rows are there',
      run: ({ dataSource }) => answersTo(slow(dataSource, 'x'), slow(dataSource, 'y', refuse)),
    },
    {
      operation: 'a transaction beside one that was begun later and ends sooner',
      rows: ['x1', 'x2', 'y'],
      wakes: 2,
      answers: ['ok', 'ok'],
      onStock:
        'the later one becomes a part of the first: told "ok" before anything of it is committed',
      run: async ({ dataSource }) => {
        const first = slow(dataSource, 'x');
        await othersGoOn(2);
        const second = dataSource.transaction((manager) => manager.insert(Note, { text: 'y' }));
        return answersTo(first, second);
      },
    },
    {
      operation: 'three insert() beside a transaction that fails',
      rows: ['p0', 'p1', 'p2'],
      wakes: 3,
      answers: ['refused by the app', 'ok', 'ok', 'ok'],
      onStock: 'acknowledged, and rolled back with the transaction',
      run: async ({ dataSource, notes }) => {
        const failing = slow(dataSource, 'x', refuse);
        await othersGoOn(2);
        return answersTo(failing, ...[0, 1, 2].map((i) => notes.insert({ text: `p${i}` })));
      },
    },
    {
      operation: 'save(), update(), delete(), raw, QueryBuilder beside a transaction that fails',
      rows: ['changed', 'raw', 'saved', 'built'],
      wakes: 5,
      answers: ['refused by the app', 'ok', 'ok', 'ok', 'ok', 'ok'],
      onStock: 'acknowledged, and rolled back with the transaction',
      prepare: ({ notes }) => notes.insert([{ text: 'old' }, { text: 'gone' }]),
      run: async ({ dataSource, notes }) => {
        const failing = slow(dataSource, 'x', refuse);
        await othersGoOn(2);
        return answersTo(
          failing,
          notes.save({ text: 'saved' }),
          notes.update({ text: 'old' }, { text: 'changed' }),
          notes.delete({ text: 'gone' }),
          dataSource.query(`INSERT INTO note (text) VALUES ('raw')`),
          notes.createQueryBuilder().insert().values({ text: 'built' }).execute(),
        );
      },
    },
    {
      operation: 'five save(), one refused',
      rows: ['s0', 's1', 's3', 's4'],
      wakes: 4,
      answers: ['ok', 'ok', 'SQLITE_CONSTRAINT_NOTNULL', 'ok', 'ok'],
      onStock: WOKEN,
      run: ({ notes }) =>
        answersTo(...[0, 1, 2, 3, 4].map((i) => notes.save({ text: i === 2 ? NO_TEXT : `s${i}` }))),
    },
    {
      operation: 'reading beside an open transaction',
      rows: ['x1', 'x2'],
      wakes: 1,
      answers: ['ok', 'sees 0 rows'],
      onStock: 'sees a row that is not committed',
      run: async ({ dataSource, notes }) => {
        const open = answerTo(slow(dataSource, 'x'));
        await othersGoOn(2);
        const seen = `sees ${await notes.count()} rows`;
        return [await open, seen];
      },
    },
    {
      operation: 'reading what one has just saved, beside other transactions',
      rows: ['r0', 'r1', 'r2', 'x1', 'x2'],
      wakes: 4,
      answers: ['ok', 'finds 3 of 3'],
      onStock:
        'the saves become part of the transaction beside them: told "ok" before anything is committed',
      run: async ({ dataSource, notes }) => {
        const beside = answerTo(slow(dataSource, 'x'));
        await othersGoOn(2);
        let found = 0;
        for (const text of ['r0', 'r1', 'r2']) {
          const { id } = await notes.save({ text });
          if ((await notes.findOneBy({ id })) !== null) found += 1;
        }
        return [await beside, `finds ${found} of 3`];
      },
    },
    {
      operation: `${TRANSFERS} transfers between ${ACCOUNTS} accounts, a third of them refused`,
      rows: ['0', '1', '2', '3', '4'],
      wakes: (TRANSFERS * 2) / 3,
      answers: ['sum 500', '0 told wrongly'],
      onStock: 'all but one are told the wrong thing, and the sum is wrong',
      prepare: ({ notes }) =>
        notes.insert(Array.from({ length: ACCOUNTS }, (_, i) => ({ text: `${i}`, amount: 100 }))),
      run: async ({ dataSource, notes }) => {
        let wrong = 0;
        const transfer = async (n: number): Promise<void> => {
          const [from, to] = [`${n % ACCOUNTS}`, `${(n + 1 + (n % 3)) % ACCOUNTS}`];
          const answer = await answerTo(
            dataSource.transaction(async (manager) => {
              await manager.decrement(Note, { text: from }, 'amount', 1 + (n % 7));
              if (n % 4 === 0) await othersGoOn(1);
              if (n % 3 === 0) refuse();
              await manager.increment(Note, { text: to }, 'amount', 1 + (n % 7));
            }),
          );
          if (answer !== (n % 3 === 0 ? 'refused by the app' : 'ok')) wrong += 1;
        };
        await Promise.all(Array.from({ length: TRANSFERS }, (_, n) => transfer(n)));
        const sum = (await notes.find()).reduce((total, { amount }) => total + amount, 0);
        return [`sum ${sum}`, `${wrong} told wrongly`];
      },
    },
    {
      operation: 'destroy() while a transaction is open',
      rows: ['x1', 'x2'],
      wakes: 1,
      answers: ['ok', 'ok'],
      onStock: 'the transaction is cut off, and nothing of it is there',
      run: async ({ dataSource }) => {
        const open = slow(dataSource, 'x');
        await othersGoOn(2);
        return answersTo(open, dataSource.destroy());
      },
    },
  ],
};
