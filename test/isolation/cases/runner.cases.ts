import type { DataSource } from 'typeorm';
import { Note } from '../app/note.entity';
import { answersTo, answerTo, type CaseGroup, othersGoOn, WOKEN } from './isolation-case';

async function byHand(dataSource: DataSource, text: string, end: 'commit' | 'rollback') {
  const runner = dataSource.createQueryRunner();
  try {
    await runner.startTransaction();
    await runner.manager.save(Note, { text });
    await othersGoOn();
    if (end === 'commit') await runner.commitTransaction();
    else await runner.rollbackTransaction();
  } finally {
    await runner.release();
  }
}

/** Transactions that the app begins and ends by hand. */
export const RUNNER: CaseGroup = {
  title: 'Query runners by hand',
  cases: [
    {
      operation: 'startTransaction(), save(), commitTransaction()',
      rows: ['a'],
      wakes: 1,
      run: ({ dataSource }) => byHand(dataSource, 'a', 'commit'),
    },
    {
      operation: 'startTransaction(), save(), rollbackTransaction()',
      rows: [],
      wakes: 0,
      onStock: WOKEN,
      run: ({ dataSource }) => byHand(dataSource, 'a', 'rollback'),
    },
    {
      operation: 'two query runners, one rolls back',
      rows: ['a'],
      wakes: 1,
      answers: ['ok', 'ok'],
      onStock: 'the second cannot begin',
      run: ({ dataSource }) =>
        answersTo(byHand(dataSource, 'a', 'commit'), byHand(dataSource, 'b', 'rollback')),
    },
    {
      operation: 'insert() of another beside a query runner that rolls back',
      rows: ['p'],
      wakes: 1,
      answers: ['ok', 'ok'],
      onStock: 'acknowledged, and rolled back with the transaction',
      run: async ({ dataSource, notes }) => {
        const runner = byHand(dataSource, 'a', 'rollback');
        await othersGoOn(2);
        return answersTo(runner, notes.insert({ text: 'p' }));
      },
    },
    {
      operation: 'the same with raw BEGIN and ROLLBACK',
      rows: ['p'],
      wakes: 1,
      answers: ['ok'],
      onStock: 'acknowledged, and rolled back with the transaction',
      run: async ({ dataSource, notes }) => {
        const runner = dataSource.createQueryRunner();
        await runner.query('BEGIN');
        await runner.query(`INSERT INTO note (text) VALUES ('raw')`);
        const beside = answersTo(notes.insert({ text: 'p' }));
        await othersGoOn();
        await runner.query('ROLLBACK');
        await runner.release();
        return beside;
      },
    },
    {
      operation: 'raw BEGIN by dataSource.query(), which nobody could end',
      rows: ['p'],
      wakes: 1,
      answers: ['TRANSACTION_LEFT_OPEN', 'ok'],
      onStock: 'takes in what everybody writes, until somebody ends it',
      run: ({ dataSource, notes }) =>
        answersTo(dataSource.query('BEGIN')).then(async (told) => [
          ...told,
          await answerTo(notes.insert({ text: 'p' })),
        ]),
    },
    {
      operation: 'release() with the transaction open, then insert() of another',
      rows: ['p'],
      wakes: 1,
      answers: ['ok'],
      onStock:
        'the transaction stays open: what everybody writes is acknowledged, and never committed',
      run: async ({ dataSource, notes }) => {
        const runner = dataSource.createQueryRunner();
        await runner.startTransaction();
        await runner.manager.insert(Note, { text: 'q' });
        await runner.release().catch(() => {});
        return answersTo(notes.insert({ text: 'p' }));
      },
    },
    {
      operation: 'a transaction that nobody ends, and insert() of another',
      rows: [],
      wakes: 0,
      answers: ['TRANSACTION_WAIT_TIMEOUT'],
      onStock: 'acknowledged, and never committed',
      options: { lockTimeoutMs: 100 },
      run: async ({ dataSource, notes }) => {
        const forgotten = dataSource.createQueryRunner();
        await forgotten.startTransaction();
        await forgotten.manager.insert(Note, { text: 'q' });
        return answersTo(notes.insert({ text: 'p' }));
      },
    },
    {
      operation: 'the same with transactionTimeoutMs, which rolls it back',
      rows: ['p'],
      wakes: 1,
      answers: ['ok', 'TRANSACTION_LOST'],
      onStock: 'acknowledged, and never committed',
      options: { transactionTimeoutMs: 100 },
      run: async ({ dataSource, notes }) => {
        const forgotten = dataSource.createQueryRunner();
        await forgotten.startTransaction();
        await forgotten.manager.insert(Note, { text: 'q' });
        const beside = await answerTo(notes.insert({ text: 'p' }));
        return [beside, await answerTo(forgotten.manager.insert(Note, { text: 'r' }))];
      },
    },
    {
      operation: 'an injected repository between startTransaction() and commitTransaction()',
      rows: ['q'],
      wakes: 1,
      answers: ['TRANSACTION_WAIT_TIMEOUT', 'ok'],
      onStock: 'becomes part of the transaction, whoever wrote it',
      options: { lockTimeoutMs: 100 },
      run: async ({ dataSource, notes }) => {
        const runner = dataSource.createQueryRunner();
        await runner.startTransaction();
        await runner.manager.insert(Note, { text: 'q' });
        const injected = await answerTo(notes.save({ text: 'global' }));
        const commit = await answerTo(runner.commitTransaction());
        await runner.release();
        return [injected, commit];
      },
    },
  ],
};
