import 'reflect-metadata';
import { Module, type INestApplicationContext } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { TypeOrmModule } from '@nestjs/typeorm';
import Database from 'better-sqlite3';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { memory, PersistenceModule, type PersistenceOptions } from 'nestjs-persistence';
import { DataSource, type MixedList } from 'typeorm';
import type { DatabaseLife } from '../../../libs/persistence/database/database-life';
import { lifeToken } from '../../../libs/persistence/module/tokens';
import { Note } from './note.entity';

/** Whose DataSource: the one that PersistenceModule.typeOrm() gives, or TypeORM's own, which `dataSource: 'stock'` asks for. */
export const KINDS = ['ours', 'stock'] as const;
export type Kind = (typeof KINDS)[number];

export interface AppOptions extends Pick<
  PersistenceOptions,
  'lockTimeoutMs' | 'transactionTimeoutMs' | 'enabled'
> {
  // oxlint-disable-next-line typescript/no-unsafe-function-type -- TypeORM's own type
  readonly migrations?: MixedList<Function | string>;
}

/** An HTTP app (one that does not listen) whose database is replicated to a store in memory, with everything that is counted from outside. */
export interface IsolationApp {
  readonly dataSource: DataSource;
  /** The database file. */
  readonly file: string;
  /** The shipper's wake-ups since the app was opened. */
  readonly wakes: () => number;
  /** Calls `listener` at each wake-up, in the moment of it. */
  onWake(listener: () => void): void;
  /** What a query gives on a connection of its own: only what is committed. */
  committed<Row>(sql: string): Row[];
  close(): Promise<void>;
}

export async function openApp(kind: Kind, options: AppOptions = {}): Promise<IsolationApp> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'isolation-'));
  const file = path.join(folder, 'app.db');
  try {
    const app = await startApp(kind, file, options);
    return around(app, file, folder);
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
}

async function startApp(
  kind: Kind,
  file: string,
  options: AppOptions,
): Promise<INestApplicationContext> {
  const { migrations, ...persistence } = options;
  class IsolationModule {}
  Module({
    imports: [
      PersistenceModule.forRoot({
        database: file,
        storage: memory(),
        shutdownTimeoutMs: 1_000,
        ...persistence,
      }),
      TypeOrmModule.forRootAsync(
        PersistenceModule.typeOrm({
          entities: [Note],
          synchronize: true,
          logging: false,
          // Checkpoints would restart the log, whose commits are counted.
          prepareDatabase: (connection: Database.Database) => {
            connection.pragma('wal_autocheckpoint = 0');
          },
          ...(migrations === undefined ? {} : { migrations }),
          ...(kind === 'stock' ? { dataSource: 'stock' } : {}),
        }),
      ),
    ],
  })(IsolationModule);
  const app = await NestFactory.create(IsolationModule, { logger: false, abortOnError: false });
  return app.init();
}

function around(app: INestApplicationContext, file: string, folder: string): IsolationApp {
  const outside = new Database(file, { readonly: true });
  const life = app.get<DatabaseLife>(lifeToken('app'));
  const wake = life.wake.bind(life);
  const listeners: (() => void)[] = [];
  let wakes = 0;
  life.wake = () => {
    wakes += 1;
    for (const listener of listeners) listener();
    wake();
  };
  return {
    dataSource: app.get(DataSource),
    file,
    wakes: () => wakes,
    onWake: (listener) => void listeners.push(listener),
    committed: (sql) => outside.prepare(sql).all() as never[],
    close: async () => {
      outside.close();
      await app.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
