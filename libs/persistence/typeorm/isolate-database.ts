import type { DataSource } from 'typeorm';
import { PersistenceError } from '../../errors';
import type { DatabaseLife } from '../database/database-life';
import { isolate } from './isolated/isolate';
import type { Surroundings } from './isolated/surroundings';

const isolated = new WeakSet<DataSource>();

export function isIsolated(dataSource: DataSource): boolean {
  return isolated.has(dataSource);
}

/** Isolates the transactions of the app's DataSource. OPTION_INVALID where it is too late for that. */
export async function isolateDatabase(dataSource: DataSource, life: DatabaseLife): Promise<void> {
  if (isolated.has(dataSource)) return;
  if (dataSource.isInitialized) {
    await dataSource.destroy();
    throw initializedTooEarly();
  }
  isolate(dataSource, surroundingsOf(life));
  isolated.add(dataSource);
}

function surroundingsOf(life: DatabaseLife): Surroundings {
  const { connections, settings } = life;
  return {
    limits: {
      lockTimeoutMs: settings.lockTimeoutMs,
      transactionTimeoutMs: settings.transactionTimeoutMs,
      destroyTimeoutMs: settings.shutdownTimeoutMs,
    },
    adopt: (connection) => connections.add(connection),
    addContext: (context) => connections.addContext(context),
    refusal: () => (connections.refusesWrites ? writingHasEnded(life) : undefined),
    onCommit: quiet(() => life.wake()),
    observe: quiet(() => connections.observe()),
    warn: (text) => life.warn(text),
  };
}

/** What is committed stays committed, whatever goes wrong here: the engine sees it by itself, a moment later. */
function quiet(work: () => void): () => void {
  return () => {
    try {
      work();
    } catch {
      // As said.
    }
  };
}

function writingHasEnded(life: DatabaseLife): PersistenceError {
  return life.status().role === 'fenced'
    ? new PersistenceError(
        'REPLICA_FENCED',
        'Nothing was written: another instance owns the database now.',
      )
    : new PersistenceError('SHUTTING_DOWN', 'Nothing was written: the app is closing.');
}

function initializedTooEarly(): PersistenceError {
  return new PersistenceError(
    'OPTION_INVALID',
    'The dataSourceFactory returned a DataSource that is initialized, too late to isolate its transactions.',
    {
      hint: 'Return it as it was made: Nest initializes it. Or set dataSource: "stock" to have it as it is.',
    },
  );
}
