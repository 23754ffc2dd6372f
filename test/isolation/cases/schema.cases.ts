import type { MigrationInterface, QueryRunner } from 'typeorm';
import { Note } from '../app/note.entity';
import { answersTo, answerTo, type CaseGroup, othersGoOn, WOKEN } from './isolation-case';

class Good1700000000001 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('CREATE TABLE good (a)');
    await othersGoOn();
    await runner.manager.insert(Note, { text: 'migrated' });
  }

  async down(): Promise<void> {}
}

class Bad1700000000002 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.manager.insert(Note, { text: 'half' });
    await othersGoOn();
    await runner.query('not SQL');
  }

  async down(): Promise<void> {}
}

const CHILD = 'CREATE TABLE child (note INTEGER REFERENCES note (id))';
const ORPHAN = 'INSERT INTO child VALUES (999)';
const SYNCHRONIZATIONS = 5;

/** While the schema is being changed, SQLite looks at no foreign key. */
export const SCHEMA: CaseGroup = {
  title: 'Schema',
  cases: [
    {
      operation: 'runMigrations() beside insert()',
      rows: ['migrated', 'p'],
      wakes: 3,
      answers: ['ok', 'ok'],
      onStock: 'the insert becomes part of the migration',
      options: { migrations: [Good1700000000001] },
      run: async ({ dataSource, notes }) => {
        const migration = answerTo(dataSource.runMigrations());
        await othersGoOn(2);
        return Promise.all([migration, answerTo(notes.insert({ text: 'p' }))]);
      },
    },
    {
      operation: 'a migration that fails, beside insert()',
      rows: ['p'],
      wakes: 2,
      answers: ['SQLITE_ERROR', 'ok'],
      onStock: 'the insert is acknowledged, and rolled back with the migration',
      options: { migrations: [Bad1700000000002] },
      run: async ({ dataSource, notes }) => {
        const migration = answerTo(dataSource.runMigrations());
        await othersGoOn(2);
        return Promise.all([migration, answerTo(notes.insert({ text: 'p' }))]);
      },
    },
    {
      operation: 'foreign keys behind a migration that fails',
      rows: [],
      wakes: 1,
      answers: ['SQLITE_ERROR', 'SQLITE_CONSTRAINT_FOREIGNKEY'],
      onStock: 'foreign keys stay off: nothing is refused any more',
      options: { migrations: [Bad1700000000002] },
      prepare: ({ dataSource }) => dataSource.query(CHILD),
      run: async ({ dataSource }) => [
        await answerTo(dataSource.runMigrations()),
        await answerTo(dataSource.query(ORPHAN)),
      ],
    },
    {
      operation: 'synchronize() beside insert()',
      rows: ['p0', 'p1', 'p2'],
      wakes: 3,
      answers: ['ok', 'ok', 'ok', 'ok'],
      onStock: WOKEN,
      run: async ({ dataSource, notes }) =>
        answersTo(
          dataSource.synchronize(),
          ...[0, 1, 2].map((i) => notes.insert({ text: `p${i}` })),
        ),
    },
    {
      operation: 'synchronize() beside an insert that breaks a foreign key',
      rows: [],
      wakes: 0,
      answers: ['0 let in'],
      onStock: 'let in: foreign keys are off for everybody meanwhile',
      prepare: ({ dataSource }) => dataSource.query(CHILD),
      run: async ({ dataSource }) => {
        let running = true;
        let letIn = 0;
        const synchronizing = (async () => {
          for (let i = 0; i < SYNCHRONIZATIONS; i += 1) await dataSource.synchronize();
          running = false;
        })();
        while (running) {
          if ((await answerTo(dataSource.query(ORPHAN))) === 'ok') letIn += 1;
          await new Promise(setImmediate);
        }
        await synchronizing;
        return [`${letIn} let in`];
      },
    },
    {
      operation: 'a COMMIT that a deferred foreign key refuses, then another transaction',
      rows: ['n'],
      wakes: 1,
      answers: ['SQLITE_CONSTRAINT_FOREIGNKEY', 'ok'],
      onStock: WOKEN,
      prepare: ({ dataSource }) =>
        dataSource.query(`${CHILD.slice(0, -1)} DEFERRABLE INITIALLY DEFERRED)`),
      run: async ({ dataSource }) => [
        await answerTo(
          dataSource.transaction(async (manager) => {
            await manager.insert(Note, { text: 'a' });
            await manager.query(ORPHAN);
          }),
        ),
        await answerTo(dataSource.transaction((manager) => manager.insert(Note, { text: 'n' }))),
      ],
    },
  ],
};
