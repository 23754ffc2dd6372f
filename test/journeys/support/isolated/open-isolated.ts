import Database from 'better-sqlite3';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { DataSource, type DataSourceOptions } from 'typeorm';
import type { PersistenceError } from '../../../../libs/errors';
import type { TransactionContext } from '../../../../libs/persistence/durable/open-transaction';
import type { AppConnection } from '../../../../libs/persistence/typeorm/app-connections';
import { isolate } from '../../../../libs/persistence/typeorm/isolated/isolate';
import type { IsolationLimits } from '../../../../libs/persistence/typeorm/isolated/surroundings';
import { entities, Note } from './entities';

export interface Opened {
  readonly dataSource: DataSource;
  readonly file: string;
  /** Texts of the notes as another process sees them: what is committed. */
  committed(): string[];
  /** How often a commit was told of. */
  readonly commits: { count: number };
  readonly observed: { count: number };
  readonly warnings: string[];
  readonly contexts: TransactionContext[];
  /** What the surroundings do when this instance may write no more. */
  refuse(error: PersistenceError): void;
  end(): Promise<void>;
}

export interface OpenOptions {
  readonly limits?: Partial<IsolationLimits>;
  readonly options?: Partial<DataSourceOptions> & Record<string, unknown>;
  /** Makes the DataSource, as an app's dataSourceFactory does. */
  readonly make?: (options: DataSourceOptions) => DataSource;
}

const LIMITS: IsolationLimits = {
  lockTimeoutMs: 10_000,
  transactionTimeoutMs: 0,
  destroyTimeoutMs: 5_000,
};

/** A DataSource on a new file, isolated as the module does it, with everything that it tells its surroundings. */
export async function openIsolated({ limits, options, make }: OpenOptions = {}): Promise<Opened> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'isolated-'));
  const file = path.join(folder, 'app.db');
  const dataSource = (make ?? ((made) => new DataSource(made)))({
    type: 'better-sqlite3',
    database: file,
    enableWAL: true,
    entities,
    synchronize: true,
    ...options,
  } as DataSourceOptions);
  const commits = { count: 0 };
  const observed = { count: 0 };
  const warnings: string[] = [];
  const contexts: TransactionContext[] = [];
  const writers: AppConnection[] = [];
  let refusal: PersistenceError | undefined;
  isolate(dataSource, {
    limits: { ...LIMITS, ...limits },
    adopt: (connection) => void writers.push(connection),
    addContext: (context) => void contexts.push(context),
    refusal: () => refusal,
    onCommit: () => void commits.count++,
    observe: () => void observed.count++,
    warn: (text) => void warnings.push(text),
  });
  await dataSource.initialize();
  commits.count = 0;
  observed.count = 0;
  return {
    dataSource,
    file,
    commits,
    observed,
    warnings,
    contexts,
    committed: () => textsIn(file),
    refuse: (error) => {
      refusal = error;
      for (const writer of writers) {
        if (writer.inTransaction) writer.exec('ROLLBACK');
        writer.pragma('query_only = 1');
      }
    },
    end: async () => {
      if (dataSource.isInitialized) await dataSource.destroy();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function textsIn(file: string): string[] {
  const other = new Database(file, { readonly: true });
  try {
    return other.prepare('SELECT text FROM note ORDER BY id').pluck().all() as string[];
  } finally {
    other.close();
  }
}

export function insert(dataSource: DataSource, text: string): Promise<unknown> {
  return dataSource.getRepository(Note).insert({ text });
}
