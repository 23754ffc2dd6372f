import type { ModuleRef } from '@nestjs/core';
import type { DataSource } from 'typeorm';
import type { DatabaseLife } from '../database/database-life';
import { DEFAULT_NAME } from '../module/default-name';
import { typeOrmNotOurs } from '../module/module-missing';
import { isOurs } from './tracked-data-source';

const SQLITE_DRIVERS = ['better-sqlite3', 'sqlite', 'sqljs'];

/**
 * A plain `TypeOrmModule.forRoot()` beside the module opens a file that nobody has restored and nobody stores. Throws
 * where the app's DataSource of that name is one on SQLite that was not made by `PersistenceModule.typeOrm()`.
 */
export function checkDataSource(life: DatabaseLife, moduleRef: ModuleRef): void {
  if (!life.replicated) return;
  const { name } = life.settings;
  const dataSource = findDataSource(name, moduleRef);
  if (dataSource === undefined || isOurs(dataSource)) return;
  const { type, database } = dataSource.options;
  if (SQLITE_DRIVERS.includes(type) && database !== ':memory:') throw typeOrmNotOurs(name);
}

function findDataSource(name: string, moduleRef: ModuleRef): DataSource | undefined {
  try {
    // Loaded on use: an app that works with Drizzle or Kysely has no TypeORM.
    const { getDataSourceToken } = require('@nestjs/typeorm') as typeof import('@nestjs/typeorm');
    const token = getDataSourceToken(name === DEFAULT_NAME ? undefined : name);
    return moduleRef.get<DataSource>(token as string, { strict: false });
  } catch {
    // Neither the package nor the provider has to be there.
    return undefined;
  }
}
