import type { DatabaseLife } from '../database/database-life';
import type { AppConnection } from './app-connections';

// oxlint-disable-next-line typescript/no-explicit-any -- TypeORM's own type of a driver connection
export type PrepareDatabase = (connection: any) => void | Promise<void>;

/** What TypeORM runs on a new connection: the app's own preparation first, then what replication needs. */
export function prepareConnection(
  life: DatabaseLife,
  own: PrepareDatabase | undefined,
): PrepareDatabase {
  return async (connection: AppConnection) => {
    await own?.(connection);
    // Checkpoints are made when their pages are stored. Without a replica nobody else would make them.
    if (life.replicated) connection.pragma('wal_autocheckpoint = 0');
    life.connections.add(connection);
  };
}
