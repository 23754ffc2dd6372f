import type { TypeOrmModuleOptions } from '@nestjs/typeorm';
import { PersistenceError } from '../../errors';
import type { PrepareDatabase } from './prepare-connection';

/** TypeORM options of the app. Driver and database path are ours: naming other ones is refused. */
export type TypeOrmSettings = Omit<TypeOrmModuleOptions, 'type' | 'database'> & {
  /** Run on every new connection before ours: on the one that writes, and on the one that only reads. */
  readonly prepareDatabase?: PrepareDatabase;
  /**
   * `isolated` (default): transactions are isolated from one another and from what runs beside them. `stock`: TypeORM's
   * own DataSource, whose transactions all share one query runner.
   */
  readonly dataSource?: 'isolated' | 'stock';
};

/** OPTION_INVALID where they name a driver or a file of their own. */
export function checkTypeOrmSettings(settings: TypeOrmSettings): TypeOrmSettings {
  const { type, database, dataSource } = settings as Record<string, unknown>;
  if (type !== undefined && type !== 'better-sqlite3') {
    throw new PersistenceError(
      'OPTION_INVALID',
      `PersistenceModule.typeOrm() opens better-sqlite3, but its options name another "type".`,
      { hint: 'Remove "type" from the options.' },
    );
  }
  if (database !== undefined) {
    throw new PersistenceError(
      'OPTION_INVALID',
      'PersistenceModule.typeOrm() opens the file that PersistenceModule restored, but its options name a "database".',
      {
        hint: 'Remove it there, and set DATABASE_PATH or PersistenceModule.forRoot({ database }).',
      },
    );
  }
  if (dataSource !== undefined && dataSource !== 'isolated' && dataSource !== 'stock') {
    throw new PersistenceError(
      'OPTION_INVALID',
      'PersistenceModule.typeOrm() knows no such "dataSource".',
      { hint: 'Remove it, or set it to "stock" for the DataSource of TypeORM as it is.' },
    );
  }
  return settings;
}
