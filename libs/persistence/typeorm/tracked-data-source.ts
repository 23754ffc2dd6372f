import type { DataSource, EntitySubscriberInterface } from 'typeorm';
import type { DatabaseLife } from '../database/database-life';
import { isIsolated } from './isolate-database';

const ours = new WeakSet<DataSource>();

/** Whether a DataSource was made through `PersistenceModule.typeOrm()`. */
export function isOurs(dataSource: DataSource): boolean {
  return ours.has(dataSource);
}

/**
 * Makes every commit of a stock DataSource wake the shipper, from its initialisation on, also after it was opened anew; an
 * isolated one does that by itself.
 * With `endOnFailure`, an initialisation that fails (a migration, say) releases the database: the app will not start, and
 * Nest then calls no shutdown hook.
 */
export function trackDataSource(
  dataSource: DataSource,
  life: DatabaseLife,
  endOnFailure: boolean,
): DataSource {
  if (ours.has(dataSource)) return dataSource;
  ours.add(dataSource);
  life.attach(dataSource);
  const isolated = isIsolated(dataSource);
  if (dataSource.isInitialized) watchCommits(dataSource, life);
  const initialize = dataSource.initialize.bind(dataSource);
  dataSource.initialize = async () => {
    try {
      await initialize();
    } catch (error) {
      if (endOnFailure) await life.drain();
      throw error;
    }
    // TypeORM builds the list of subscribers anew in every initialisation. Migrations have run before; the engine sees
    // their commits by itself.
    if (!isolated) watchCommits(dataSource, life);
    return dataSource;
  };
  return dataSource;
}

function watchCommits(dataSource: DataSource, life: DatabaseLife): void {
  dataSource.subscribers.push(new CommitSubscriber(dataSource, life));
  life.wake();
}

/**
 * `afterTransactionCommit` misses inserts, updates, raw queries and DDL outside of transactions; `afterQuery` with no
 * transaction open behind it sees every commit of the connection once. It only wakes: TypeORM would wait for a promise,
 * and an error would reject a save that is committed.
 */
class CommitSubscriber implements EntitySubscriberInterface {
  constructor(
    private readonly dataSource: DataSource,
    private readonly life: DatabaseLife,
  ) {}

  afterQuery({ query }: { query: string }): void {
    try {
      this.life.connections.observe();
      if (!/^\s*SELECT\b/i.test(query) && !this.#inTransaction()) this.life.wake();
    } catch {
      // The engine sees the commit by itself, a moment later.
    }
  }

  #inTransaction(): boolean {
    const { databaseConnection } = this.dataSource.driver as {
      databaseConnection?: { readonly inTransaction: boolean };
    };
    return databaseConnection?.inTransaction ?? false;
  }
}
