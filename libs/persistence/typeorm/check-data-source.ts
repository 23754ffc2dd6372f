import type { ModulesContainer } from '@nestjs/core';
import type { DatabaseLife } from '../database/database-life';
import { typeOrmNotOurs, typeOrmTwice } from '../module/module-missing';
import { type RegisteredDataSource, registeredDataSources } from './registered-data-sources';
import { isOurs } from './tracked-data-source';

const SQLITE_DRIVERS = ['better-sqlite3', 'sqlite', 'sqljs'];

/**
 * A plain `TypeOrmModule.forRoot()` beside the module opens a file that nobody has restored and nobody stores. Throws
 * MODULE_MISSING where any DataSource of that name in the app is one on a SQLite file that was not made by
 * `PersistenceModule.typeOrm()`, and OPTION_INVALID where one on anything else shares its name with ours: repositories
 * would get either. Other names are the app's own business.
 */
export function checkDataSource(life: DatabaseLife, modules: ModulesContainer): void {
  if (!life.replicated) return;
  const { name } = life.settings;
  const registered = registeredDataSources(name, modules);
  const foreign = registered.filter(isForeign);
  if (foreign.some(isSqliteFile)) throw typeOrmNotOurs(name);
  const ours = registered.some(({ dataSource }) => dataSource !== undefined && isOurs(dataSource));
  if (ours && foreign.length > 0) throw typeOrmTwice(name);
}

/** What does not say what it is (a stub in a test, one that is not built yet) is not judged. */
function isForeign({ dataSource, options }: RegisteredDataSource): boolean {
  if (dataSource !== undefined && isOurs(dataSource)) return false;
  return options?.type !== undefined;
}

function isSqliteFile({ options = {} }: RegisteredDataSource): boolean {
  const { type, database } = options;
  return SQLITE_DRIVERS.includes(type!) && database !== ':memory:';
}
