import { Note } from '../app/note.entity';
import { answersTo, type CaseGroup, NO_TEXT, type Stage, WOKEN } from './isolation-case';

const two = ({ notes }: Stage) => notes.insert([{ text: 'a' }, { text: 'b' }]);
const INSERT = 'INSERT INTO note (text) VALUES';

/** One call, with nobody beside it. */
export const SINGLE: CaseGroup = {
  title: 'One call',
  cases: [
    {
      operation: 'save()',
      rows: ['a'],
      wakes: 1,
      run: ({ notes }) => notes.save({ text: 'a' }),
    },
    {
      operation: 'save() of a changed row',
      rows: ['b', 'z'],
      wakes: 1,
      prepare: two,
      run: async ({ notes }) => {
        const note = await notes.findOneByOrFail({ text: 'a' });
        await notes.save(Object.assign(note, { text: 'z' }));
      },
    },
    {
      operation: 'save() of an unchanged row',
      rows: ['a', 'b'],
      wakes: 0,
      prepare: two,
      run: async ({ notes }) => notes.save(await notes.findOneByOrFail({ text: 'a' })),
    },
    {
      operation: 'save() of three, in chunks of one',
      rows: ['a', 'b', 'c'],
      wakes: 1,
      run: ({ notes }) =>
        notes.save(
          ['a', 'b', 'c'].map((text) => ({ text })),
          { chunk: 1 },
        ),
    },
    {
      operation: 'save() of three, the last refused',
      rows: [],
      wakes: 0,
      answers: ['SQLITE_CONSTRAINT_NOTNULL'],
      onStock: WOKEN,
      run: ({ notes }) => answersTo(notes.save(['a', 'b', NO_TEXT].map((text) => ({ text })))),
    },
    {
      operation: 'save() without a transaction',
      rows: ['a'],
      wakes: 1,
      run: ({ notes }) => notes.save({ text: 'a' }, { transaction: false }),
    },
    {
      operation: 'insert()',
      rows: ['a'],
      wakes: 1,
      run: ({ notes }) => notes.insert({ text: 'a' }),
    },
    {
      operation: 'insert(), refused',
      rows: [],
      wakes: 0,
      answers: ['SQLITE_CONSTRAINT_NOTNULL'],
      onStock: WOKEN,
      run: ({ notes }) => answersTo(notes.insert({ text: NO_TEXT })),
    },
    {
      operation: 'update()',
      rows: ['b', 'z'],
      wakes: 1,
      prepare: two,
      run: ({ notes }) => notes.update({ text: 'a' }, { text: 'z' }),
    },
    {
      operation: 'update() that finds no row',
      rows: [],
      wakes: 0,
      onStock: WOKEN,
      run: ({ notes }) => notes.update({ text: 'a' }, { text: 'z' }),
    },
    {
      operation: 'increment()',
      rows: ['a', 'b'],
      wakes: 1,
      prepare: two,
      run: ({ notes }) => notes.increment({ text: 'a' }, 'amount', 1),
    },
    {
      operation: 'upsert(), new and known',
      rows: ['b', 'n', 'z'],
      wakes: 2,
      prepare: two,
      run: async ({ notes }) => {
        await notes.upsert({ id: 9, text: 'n' }, ['id']);
        await notes.upsert({ id: 1, text: 'z' }, ['id']);
      },
    },
    {
      operation: 'delete()',
      rows: ['b'],
      wakes: 1,
      prepare: two,
      run: ({ notes }) => notes.delete({ text: 'a' }),
    },
    {
      operation: 'remove()',
      rows: ['b'],
      wakes: 1,
      prepare: two,
      run: async ({ notes }) => notes.remove(await notes.findOneByOrFail({ text: 'a' })),
    },
    {
      operation: 'softRemove() and recover()',
      rows: ['a', 'b'],
      wakes: 2,
      prepare: two,
      run: async ({ notes }) => {
        const note = await notes.softRemove(await notes.findOneByOrFail({ text: 'a' }));
        await notes.recover(note);
      },
    },
    {
      operation: 'clear()',
      rows: [],
      wakes: 1,
      prepare: two,
      run: ({ notes }) => notes.clear(),
    },
    {
      operation: 'find(), count(), raw SELECT',
      rows: ['a', 'b'],
      wakes: 0,
      prepare: two,
      run: async ({ notes }) => {
        await notes.find();
        await notes.count();
        await notes.query('SELECT * FROM note');
      },
    },
    {
      operation: 'QueryBuilder: insert, update, delete',
      rows: ['z'],
      wakes: 3,
      run: async ({ notes }) => {
        const values = [{ text: 'a' }, { text: 'b' }];
        const builder = () => notes.createQueryBuilder();
        await builder().insert().values(values).execute();
        await builder().update().set({ text: 'z' }).where({ text: 'a' }).execute();
        await builder().delete().where({ text: 'b' }).execute();
      },
    },
    {
      operation: 'QueryBuilder with useTransaction(true)',
      rows: ['a'],
      wakes: 1,
      run: ({ notes }) =>
        notes.createQueryBuilder().insert().values({ text: 'a' }).useTransaction(true).execute(),
    },
    {
      operation: 'raw query: INSERT, INSERT … RETURNING, WITH … INSERT',
      rows: ['a', 'b', 'c'],
      wakes: 3,
      run: async ({ dataSource }) => {
        await dataSource.query(`${INSERT} ('a')`);
        await dataSource.query(`${INSERT} ('b') RETURNING id`);
        await dataSource.query(`WITH x AS (SELECT 'c') INSERT INTO note (text) SELECT * FROM x`);
      },
    },
    {
      operation: 'raw query that fails half-way and keeps the first half (OR FAIL)',
      rows: ['a', 'b', 'c'],
      wakes: 1,
      answers: ['SQLITE_CONSTRAINT_PRIMARYKEY'],
      prepare: two,
      run: ({ dataSource }) =>
        answersTo(
          dataSource.query(`INSERT OR FAIL INTO note (id, text) VALUES (7, 'c'), (1, 'd')`),
        ),
    },
    {
      operation: 'DDL: CREATE TABLE, CREATE INDEX, DROP TABLE',
      rows: [],
      wakes: 3,
      run: async ({ dataSource }) => {
        await dataSource.query('CREATE TABLE other (a)');
        await dataSource.query('CREATE INDEX other_a ON other (a)');
        await dataSource.query('DROP TABLE other');
      },
    },
    {
      operation: 'PRAGMA: one that reads, one that writes',
      rows: [],
      wakes: 1,
      onStock: WOKEN,
      run: async ({ dataSource }) => {
        await dataSource.query('PRAGMA foreign_keys');
        await dataSource.query('PRAGMA user_version = 7');
      },
    },
    {
      operation: 'transaction()',
      rows: ['a', 'b'],
      wakes: 1,
      run: ({ dataSource }) =>
        dataSource.transaction(async (manager) => {
          await manager.insert(Note, { text: 'a' });
          await manager.save(Note, { text: 'b' });
        }),
    },
    {
      operation: 'transaction(), rolled back',
      rows: [],
      wakes: 0,
      answers: ['SQLITE_CONSTRAINT_NOTNULL'],
      onStock: WOKEN,
      run: ({ dataSource }) =>
        answersTo(
          dataSource.transaction(async (manager) => {
            await manager.insert(Note, { text: 'a' });
            await manager.insert(Note, { text: NO_TEXT });
          }),
        ),
    },
    {
      operation: 'transaction() that only reads',
      rows: ['a', 'b'],
      wakes: 0,
      onStock: WOKEN,
      prepare: two,
      run: ({ dataSource }) => dataSource.transaction((manager) => manager.find(Note)),
    },
  ],
};
