import { PersistenceError } from '../../errors';
import { DEFAULT_NAME } from './default-name';

/** For whoever forgot the import: the lines to write. */
export function moduleMissing(name: string, cause?: unknown): PersistenceError {
  const named = name === DEFAULT_NAME ? '' : `{ name: '${name}' }`;
  const options = name === DEFAULT_NAME ? '{ ... }' : `{ name: '${name}', ... }`;
  return new PersistenceError(
    'MODULE_MISSING',
    name === DEFAULT_NAME
      ? 'PersistenceModule is not imported.'
      : `No PersistenceModule is imported for the database "${name}".`,
    {
      hint: `Write in the imports of the root module: ${importLines(named, options)}`,
      cause,
    },
  );
}

/** For `imports: [PersistenceModule]`. */
export function moduleWithoutOptions(): PersistenceError {
  return new PersistenceError(
    'MODULE_MISSING',
    'PersistenceModule is imported as a bare class: it keeps and stores no database.',
    { hint: `Replace it in the imports of the root module by: ${importLines('', '{ ... }')}` },
  );
}

/** For a TypeORM module beside ours that would open a file that nobody restores and nobody stores. */
export function typeOrmNotOurs(name: string): PersistenceError {
  const named = name === DEFAULT_NAME ? '' : `{ name: '${name}' }`;
  const options = name === DEFAULT_NAME ? '{ ... }' : `{ name: '${name}', ... }`;
  return new PersistenceError(
    'MODULE_MISSING',
    'TypeORM opened its SQLite database by itself: it was not restored before, and its commits are not stored.',
    {
      hint: `Replace TypeOrmModule.forRoot({ type, database, ...rest }) by: ${importLines(named, options)}`,
    },
  );
}

/** For a DataSource of the app that has the name of ours: a repository would get one of the two. */
export function typeOrmTwice(name: string): PersistenceError {
  const shown = name === DEFAULT_NAME ? 'default' : name;
  return new PersistenceError(
    'OPTION_INVALID',
    `TypeORM has two data sources named "${shown}": the one of PersistenceModule.typeOrm() and another.`,
    {
      hint: "Give the other one a name of its own, TypeOrmModule.forRoot({ name: 'reports', ... }), and use it in TypeOrmModule.forFeature([...], 'reports').",
    },
  );
}

function importLines(named: string, options: string): string {
  return `PersistenceModule.forRoot(${named}), TypeOrmModule.forRootAsync(PersistenceModule.typeOrm(${options}))`;
}
