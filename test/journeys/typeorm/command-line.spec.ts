import Sqlite from 'better-sqlite3';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { persistenceDataSource } from 'nestjs-persistence/typeorm';
import { temporaryFolder } from '../support/temporary-folder';

const ROOT = path.join(__dirname, '..', '..', '..');

describe('TypeORM’s command line', () => {
  const folder = temporaryFolder();

  const typeorm = (args: string[], variables: Record<string, string>) =>
    execFileSync(
      process.execPath,
      [
        '--require',
        path.join(ROOT, 'test', 'setup', 'swc-register.cjs'),
        path.join(ROOT, 'node_modules', 'typeorm', 'cli.js'),
        ...args,
        '-d',
        path.join(__dirname, 'data-source.ts'),
      ],
      { encoding: 'utf8', env: { ...process.env, ...variables }, cwd: folder.path },
    );

  it('works on the local file and never on the store, whatever the environment says', () => {
    mkdirSync(folder.file('share'));
    const variables = {
      DATABASE_PATH: folder.file('local', 'app.db'),
      NETWORK_DB_PATH: folder.file('share', 'production.db'),
      // Half a configuration is the app's business.
      S3_KEY: 'x.db',
    };
    typeorm(['schema:sync'], variables);
    const database = new Sqlite(variables.DATABASE_PATH, { readonly: true });
    expect(database.prepare('SELECT name FROM sqlite_master').pluck().all()).toContain('note');
    database.close();
    expect(readdirSync(folder.file('share'))).toEqual([]);
    expect(typeorm(['schema:log'], variables)).toMatch(/up to date/);
  }, 60_000);
});

describe('persistenceDataSource()', () => {
  const folder = temporaryFolder();

  it('opens the file that the app would work on', () => {
    const fileFor = (variables: Record<string, string>, name?: string) => {
      Object.assign(process.env, variables);
      try {
        return persistenceDataSource(name === undefined ? {} : { name }).options.database;
      } finally {
        for (const variable of Object.keys(variables)) delete process.env[variable];
      }
    };
    const file = folder.file('x.db');
    expect(fileFor({ DATABASE_PATH: file })).toBe(file);
    expect(fileFor({ DATABASE_URL: `file:${file}` })).toBe(file);
    expect(fileFor({ DATABASE_PATH_ORDERS: file }, 'orders')).toBe(file);
    expect(fileFor({ NETWORK_DB_PATH: '/mnt/x.db' })).toBe(
      path.join(os.tmpdir(), 'nestjs-persistence', 'nestjs-persistence-monorepo', 'app.db'),
    );
    expect(fileFor({ DATABASE_PATH: ':memory:' })).toBe(':memory:');
    expect(existsSync(file)).toBe(false);
  });

  it.each([[{ type: 'postgres' }], [{ name: 'My App' }]])('refuses %j', (options) => {
    expect(() => persistenceDataSource(options as never)).toThrow(
      expect.objectContaining({ code: 'OPTION_INVALID' }),
    );
  });
});
