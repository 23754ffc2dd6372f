import { PersistenceError } from '../../errors';
import { variableName } from '../module/environment';
import type { PersistenceSettings } from '../module/settings';

/** The call needs a store. */
export function notConfigured({ name }: PersistenceSettings, message: string): PersistenceError {
  const variable = variableName('NETWORK_DB_PATH', name);
  return new PersistenceError('STORE_NOT_CONFIGURED', message, {
    hint: `Set ${variable} to a file on storage that outlives the container, or give the module of this database a storage.`,
  });
}

/** The call needs TypeORM. */
export function noDataSource({ name }: PersistenceSettings): PersistenceError {
  return new PersistenceError(
    'MODULE_MISSING',
    `No DataSource has opened the database "${name}", so there is nothing to begin a transaction with.`,
    {
      hint: 'Import TypeOrmModule.forRootAsync(PersistenceModule.typeOrm({...})). With another library commit as it does, and then await sync.flush().',
    },
  );
}

/** The transaction is committed; only whether it is stored is not known. */
export function unconfirmed(cause: unknown): PersistenceError {
  return new PersistenceError(
    'COMMIT_UNCONFIRMED',
    'The transaction is committed in the local database, but was not confirmed to be stored.',
    { cause },
  );
}
