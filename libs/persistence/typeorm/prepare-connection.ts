import type { DatabaseLife } from '../database/database-life';
import type { AppConnection } from './app-connections';

type PreparableConnection = AppConnection & { prepare(sql: string): unknown };

// oxlint-disable-next-line typescript/no-explicit-any -- TypeORM's own type of a driver connection
export type PrepareDatabase = (connection: any) => void | Promise<void>;

/** What TypeORM runs on a new connection: the app's own preparation first, then what replication needs. */
export function prepareConnection(
  life: DatabaseLife,
  own: PrepareDatabase | undefined,
): PrepareDatabase {
  return async (connection: PreparableConnection) => {
    await own?.(connection);
    // Checkpoints are made when their pages are stored. Without a replica nobody else would make them.
    if (life.replicated) connection.pragma('wal_autocheckpoint = 0');
  };
}

/** The same for TypeORM's own DataSource, which has one connection for everything. */
export function prepareStockConnection(
  life: DatabaseLife,
  own: PrepareDatabase | undefined,
): PrepareDatabase {
  const prepare = prepareConnection(life, own);
  return async (connection: PreparableConnection) => {
    await prepare(connection);
    beginImmediately(connection);
    life.connections.add(connection);
  };
}

/**
 * TypeORM begins deferred transactions. One that reads first and writes later fails at once with SQLITE_BUSY if anybody
 * has written meanwhile or holds the write lock, as a checkpoint under writers that never pause does for some ms: SQLite
 * calls no busy handler there. One that takes the write lock at its begin waits like any other write.
 */
function beginImmediately(connection: PreparableConnection): void {
  const prepare = connection.prepare.bind(connection);
  connection.prepare = (sql: string) =>
    prepare(sql === 'BEGIN TRANSACTION' ? 'BEGIN IMMEDIATE' : sql);
}
