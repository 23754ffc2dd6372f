import os from 'node:os';
import path from 'node:path';
import { PersistenceError } from '../../errors';
import type { Platform } from '../platform/platform';
import { localPathOf } from '../storage/database-url';
import type { StoragePlan } from '../storage/storage-plan';
import { type Environment, variableName } from './environment';

export const IN_MEMORY = ':memory:';

export interface LocalFileQuestion {
  /** Of the database. */
  readonly name: string;
  readonly application: string;
  /** The option; it goes before the variables. */
  readonly database: string | undefined;
  readonly storage: Pick<StoragePlan, 'kind'>;
  readonly platform: Platform | null;
  readonly variables: Environment;
}

export interface LocalFile {
  /** Absolute, or `:memory:`. */
  readonly path: string;
  readonly pathIsTemporary: boolean;
}

/** Where the app's own database file lies: named, or by default where this host has a local disk. */
export function localFile(question: LocalFileQuestion): LocalFile {
  const { database, variables, storage } = question;
  const named =
    database ?? variables('DATABASE_PATH') ?? localPathOf(variables('DATABASE_URL') ?? '');
  if (named === undefined) return defaultFile(question);
  if (named === IN_MEMORY && storage.kind !== 'none') {
    throw new PersistenceError(
      'OPTION_INVALID',
      'A database in memory (":memory:") has no file that could be replicated.',
      { hint: 'Name a file, or set enabled: false for tests that need no replica.' },
    );
  }
  if (/^file:/i.test(named) || named.endsWith('/')) {
    throw new PersistenceError(
      'OPTION_INVALID',
      'The database must be named by the path of a file.',
      {
        hint: `Correct the option "database" or the variable ${variableName('DATABASE_PATH', question.name)}, for example ./data/app.db.`,
      },
    );
  }
  return {
    path: named === IN_MEMORY ? IN_MEMORY : path.resolve(named),
    pathIsTemporary: false,
  };
}

/** With a store the file is a cache. Two apps on one host must not meet in a file that neither of them named. */
function defaultFile({ name, application, storage, platform }: LocalFileQuestion): LocalFile {
  if (storage.kind === 'none') {
    return { path: path.resolve('data', `${name}.db`), pathIsTemporary: false };
  }
  const folder = platform?.localFolder ?? os.tmpdir();
  const own = application.replaceAll(/[^\w.-]+/g, '_');
  return {
    path: path.join(folder, 'nestjs-persistence', own, `${name}.db`),
    pathIsTemporary: true,
  };
}
