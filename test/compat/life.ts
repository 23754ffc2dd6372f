import { randomBytes } from 'node:crypto';
import Database from 'better-sqlite3';
import { createFileMerger, createSqliteEngine } from '../../libs/engine';
import type { DatabaseEngine } from '../../libs/engine/database-engine';
import {
  Replica,
  type Clock,
  type ReplicaEvent,
  type ReplicaSettings,
  type StartOutcome,
} from '../../libs/replica';
import { systemClock } from '../../libs/storage';
import type { ObjectStore } from '../../libs/storage/object-store';
import { FaultyObjectStore } from '../../libs/testing/faulty-store';

export const realClock: Clock = {
  ...systemClock,
  immediate: () => new Promise((resolve) => setImmediate(resolve)),
};

const STOP_MS = 5_000;

export interface LifeOptions {
  readonly database: string;
  readonly store: ObjectStore;
  /** A worker thread of its own where left out. */
  readonly engine?: DatabaseEngine;
  readonly settings?: Partial<ReplicaSettings>;
  readonly location?: string;
}

/** One life of an app without Nest, in this process: its replica, and the one connection that it writes through. */
export class Life {
  private static readonly running = new Set<Life>();
  readonly events: ReplicaEvent[] = [];
  readonly replica: Replica;
  private readonly network: FaultyObjectStore;
  private connection: Database.Database | null = null;

  private constructor(options: LifeOptions) {
    this.network = new FaultyObjectStore(options.store);
    this.replica = new Replica({
      store: this.network,
      engine: options.engine ?? createSqliteEngine({ path: options.database }),
      merger: createFileMerger({ path: options.database }),
      clock: realClock,
      identity: { application: 'test', database: 'app', deployment: '' },
      nodeId: randomBytes(8).toString('hex'),
      newLineage: randomBytes(16).toString('hex'),
      settings: {
        publishIntervalMs: 0,
        flushTimeoutMs: 20_000,
        verify: 'quick',
        ...options.settings,
      },
      ...(options.location !== undefined && { location: options.location }),
      onEvent: (event) => this.events.push(event),
    });
  }

  /** Starts the replica, and only then opens the app's connection, as an app has to. */
  static async start(options: LifeOptions): Promise<Life> {
    const life = new Life(options);
    await life.replica.start();
    Life.running.add(life);
    life.connection = new Database(options.database);
    life.connection.pragma('journal_mode = WAL');
    life.connection.pragma('wal_autocheckpoint = 0');
    return life;
  }

  /** For `afterEach`: a test that failed may have left lives behind, and their threads. */
  static async endLeftovers(): Promise<void> {
    for (const life of Life.running) await life.vanish();
  }

  get app(): Database.Database {
    return this.connection!;
  }

  get outcome(): StartOutcome {
    const started = this.events.find((event) => event.type === 'started');
    return started!.outcome;
  }

  /** Executes, and waits until it is stored; resolves to the TXID that holds it. */
  async store(sql: string): Promise<number> {
    this.app.exec(sql);
    return (await this.replica.flush()).txid;
  }

  /** A clean end, with a release. */
  async end(): Promise<void> {
    if (!(await this.stop())) throw new Error('the end was not clean');
  }

  /** An end that the store hears nothing of: no release. `last`: what the app still does when the store is gone. */
  async vanish(last: (app: Database.Database) => void = () => undefined): Promise<void> {
    this.network.inject({ fault: { kind: 'fail' }, times: Infinity });
    last(this.app);
    await this.stop();
  }

  private stop(): Promise<boolean> {
    Life.running.delete(this);
    this.app.close();
    return this.replica.stop({ timeoutMs: STOP_MS });
  }
}
