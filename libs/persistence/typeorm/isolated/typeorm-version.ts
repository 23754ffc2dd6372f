import type { DataSource, EntityManager, QueryRunner } from 'typeorm';
import type { BetterSqlite3Driver } from 'typeorm/driver/better-sqlite3/BetterSqlite3Driver.js';
import type { BetterSqlite3QueryRunner } from 'typeorm/driver/better-sqlite3/BetterSqlite3QueryRunner.js';
import type { Broadcaster } from 'typeorm/subscriber/Broadcaster.js';
import type { SqliteHandle } from './sqlite-connection';

export type ManagerClass = new (dataSource: DataSource, runner?: QueryRunner) => EntityManager;
export type RunnerClass = new (driver: BetterSqlite3Driver) => BetterSqlite3QueryRunner;
export type BroadcasterClass = new (runner: QueryRunner) => Broadcaster;

/** What is used of TypeORM's driver beyond its public part; the same in 0.3 and 1. */
export type InnerDriver = BetterSqlite3Driver & {
  databaseConnection: SqliteHandle;
  queryRunner: QueryRunner | undefined;
  createDatabaseConnection(): Promise<SqliteHandle>;
};

/**
 * TypeORM's own classes, those that this DataSource was built with: there may be another copy in node_modules than the
 * one that is found from here.
 */
export function classesOf(dataSource: DataSource): {
  readonly Manager: ManagerClass;
  readonly Runner: RunnerClass;
} {
  const driver = dataSource.driver as InnerDriver;
  const Runner = driver.createQueryRunner('master').constructor as RunnerClass;
  driver.queryRunner = undefined;
  return { Manager: dataSource.manager.constructor as ManagerClass, Runner };
}

/** TypeORM 0.3 does not say which levels a driver supports. */
export function isolationLevels(driver: {
  supportedIsolationLevels?: string[];
}): readonly string[] {
  return driver.supportedIsolationLevels ?? ['READ UNCOMMITTED', 'SERIALIZABLE'];
}

/** A default that TypeORM 0.3 does not have. */
export function defaultIsolation(dataSource: DataSource): string | undefined {
  return (dataSource.options as { isolationLevel?: string }).isolationLevel;
}
