import type { EntitySubscriberInterface } from 'typeorm';
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

/** Code that does not hand the manager on, and code that goes on when its transaction has ended. */
export const CONTEXT: CaseGroup = {
  title: 'With an injected repository, and behind the end',
  cases: [
    {
      operation: 'an injected repository inside a transaction',
      rows: ['g', 'm'],
      wakes: 1,
      run: ({ dataSource, notes }) =>
        dataSource.transaction(async (manager) => {
          await notes.save({ text: 'g' });
          await othersGoOn();
          await manager.insert(Note, { text: 'm' });
        }),
    },
    {
      operation: 'an injected repository inside a transaction that fails',
      rows: [],
      wakes: 0,
      answers: ['refused by the app'],
      onStock: WOKEN,
      run: ({ dataSource, notes }) =>
        answersTo(
          dataSource.transaction(async () => {
            await notes.save({ text: 'g' });
            await othersGoOn();
            refuse();
          }),
        ),
    },
    {
      operation: 'a subscriber that writes with an injected repository, and the save() fails',
      rows: [],
      wakes: 0,
      answers: ['SQLITE_CONSTRAINT_NOTNULL'],
      onStock: WOKEN,
      run: async ({ dataSource, notes }) => {
        const subscriber: EntitySubscriberInterface<Note> = {
          beforeInsert: async ({ entity }) => {
            if (entity.text === NO_TEXT) await notes.insert({ text: 'audit' });
          },
        };
        dataSource.subscribers.push(subscriber);
        const told = await answersTo(notes.save({ text: NO_TEXT }));
        dataSource.subscribers.pop();
        return told;
      },
    },
    {
      operation: 'a floating promise of the transaction, behind its commit',
      rows: ['later', 't'],
      wakes: 2,
      answers: ['ok', 'ok'],
      run: async ({ dataSource, notes }) => {
        let later: Promise<string> | undefined;
        const transaction = dataSource.transaction(async (manager) => {
          await manager.insert(Note, { text: 't' });
          later = othersGoOn(16).then(() => answerTo(notes.save({ text: 'later' })));
        });
        return [await answerTo(transaction), await later];
      },
    },
    {
      operation: 'the manager used behind the commit',
      rows: ['t'],
      wakes: 1,
      answers: ['ok', 'TRANSACTION_LOST'],
      onStock: 'runs as if the transaction were still open',
      run: async ({ dataSource }) => {
        let later: Promise<string> | undefined;
        const transaction = dataSource.transaction(async (manager) => {
          await manager.insert(Note, { text: 't' });
          later = othersGoOn(16).then(() => answerTo(manager.insert(Note, { text: 'later' })));
        });
        return [await answerTo(transaction), await later];
      },
    },
    {
      operation: 'one half of a Promise.all fails, the other half still inserts',
      rows: [],
      wakes: 0,
      answers: ['refused by the app', 'TRANSACTION_LOST'],
      onStock: 'the late row is committed, though its transaction was rolled back',
      run: async ({ dataSource }) => {
        let late: Promise<string> | undefined;
        const transaction = dataSource.transaction(async (manager) => {
          late = othersGoOn(16).then(() => answerTo(manager.insert(Note, { text: 'late' })));
          await Promise.all([othersGoOn(2).then(refuse), late]);
        });
        return [await answerTo(transaction), await late];
      },
    },
    {
      operation: 'SQLite ends the transaction (OR ROLLBACK), the app goes on',
      rows: ['old'],
      wakes: 0,
      answers: ['TRANSACTION_LOST'],
      onStock: 'what follows is committed row by row, and the transaction fails',
      prepare: ({ notes }) => notes.insert({ id: 1, text: 'old' }),
      run: ({ dataSource }) =>
        answersTo(
          dataSource.transaction(async (manager) => {
            await manager.insert(Note, { text: 'a' });
            const again = `INSERT OR ROLLBACK INTO note (id, text) VALUES (1, 'again')`;
            await manager.query(again).catch(() => {});
            await manager.insert(Note, { text: 'b' });
          }),
        ),
    },
    {
      operation: 'COMMIT sent by the app inside a transaction, then an insert, then a failure',
      rows: ['a'],
      wakes: 1,
      answers: ['refused by the app'],
      onStock: 'the insert behind the COMMIT stays, though the transaction failed',
      run: ({ dataSource }) =>
        answersTo(
          dataSource.transaction(async (manager) => {
            await manager.insert(Note, { text: 'a' });
            await manager.query('COMMIT');
            await manager.insert(Note, { text: 'b' }).catch(() => {});
            refuse();
          }),
        ),
    },
  ],
};
