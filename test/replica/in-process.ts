import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { createFileMerger, createSqliteEngine } from '../../libs/engine';
import {
  Replica,
  type ReplicaEvent,
  type ReplicaOptions,
  type ReplicaSettings,
} from '../../libs/replica';
import { systemClock, type StoreError } from '../../libs/storage';
import type { ObjectStore } from '../../libs/storage/object-store';

export interface InProcessOptions {
  readonly folder: string;
  readonly store: ObjectStore;
  readonly settings?: Partial<ReplicaSettings>;
  readonly name?: string;
  readonly probe?: ReplicaOptions['probe'];
  readonly place?: string;
  /** ms since 1970; the machine's where left out. */
  readonly now?: () => number;
  /** Time that passes when the test says so; the machine's where left out. */
  readonly clock?: ReplicaOptions['clock'];
}

/** A replica and an app's connection in this very process: for what needs a store with faults. */
export class InProcess {
  readonly events: ReplicaEvent[] = [];
  readonly warnings: string[] = [];
  readonly path: string;
  readonly replica: Replica;
  readonly engine: ReturnType<typeof createSqliteEngine>;
  private connection: Database.Database | null = null;

  constructor({
    folder,
    store,
    settings,
    name = 'app',
    probe,
    place,
    now,
    clock,
  }: InProcessOptions) {
    this.path = join(folder, `${name}.db`);
    this.engine = createSqliteEngine({
      path: this.path,
      onWarning: (text) => this.warnings.push(text),
    });
    this.replica = new Replica({
      store,
      engine: this.engine,
      merger: createFileMerger({ path: this.path }),
      clock: clock ?? {
        ...systemClock,
        ...(now && { now }),
        immediate: () => new Promise((resolve) => setImmediate(resolve)),
      },
      identity: { application: 'test', database: 'app', deployment: '' },
      nodeId: randomBytes(8).toString('hex'),
      newLineage: randomBytes(16).toString('hex'),
      settings: { publishIntervalMs: 0, flushTimeoutMs: 10_000, verify: 'quick', ...settings },
      probe,
      ...(place !== undefined && { place }),
      onEvent: (event) => this.events.push(event),
    });
  }

  async start(): Promise<this> {
    await this.replica.start();
    return this;
  }

  get db(): Database.Database {
    if (!this.connection) {
      this.connection = new Database(this.path, { timeout: 200 });
      this.connection.pragma('wal_autocheckpoint = 0');
    }
    return this.connection;
  }

  async store(sql: string): Promise<number> {
    this.db.exec(sql);
    return (await this.replica.flush()).txid;
  }

  async stop(timeoutMs = 5_000): Promise<boolean> {
    this.connection?.close();
    return this.replica.stop({ timeoutMs });
  }
}

export type { StoreError };
