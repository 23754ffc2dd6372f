import type { DataSource, EntityManager } from 'typeorm';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { isPersistenceError, PersistenceError } from '../../errors';
import type { BackupResult, EmergencyResult, RestorePoint, RestoreResult } from '../../replica';
import { type BackupToOptions, checkBackupCall } from '../backup/backup-call';
import type { DatabaseBackup } from '../backup/database-backup';
import { errorLine, type LineLog } from '../log/event-log';
import type { Redact } from '../log/redact';
import { redactedError } from '../log/redact-error';
import { variableName } from '../module/environment';
import { IN_MEMORY, type PersistenceSettings } from '../module/settings';
import type { FlushResult, PersistenceStatus } from '../persistence-status';
import type { WriteLock } from '../../engine/database-engine';
import type { ScheduledTask } from '../schedule/scheduled-task';
import type { AppConnections } from '../typeorm/app-connections';
import { DatabaseEnd } from './database-end';
import type { LiveReplica } from './live-replica';
import { noDataSource, notConfigured, unconfirmed } from './life-errors';
import type { Rescue } from './rescue';
import type { EmergencyOptions, RestoreOptions, RestorePointsQuery } from './rescue-options';
import type { StoreAccess } from './store-access';
import { TransactionWatch } from './transaction-watch';
import { summarise } from './summary';
import { backupFields, maintenanceFields, requestFields, shownError } from './work-status';

export interface DatabaseLifeParts {
  readonly settings: PersistenceSettings;
  /** Null where nothing is replicated. */
  readonly replica: LiveReplica | null;
  /** Null where there is no replica. */
  readonly rescue: Rescue | null;
  readonly connections: AppConnections;
  /** Looks at the write lock of the file; absent where nothing watches the file. */
  readonly lock?: () => Promise<WriteLock>;
  /** The store as this database uses it, with the counter of its requests. */
  readonly access?: StoreAccess;
  readonly backup?: DatabaseBackup;
  /** What is to be done now and then while the database is open. */
  readonly tasks?: readonly ScheduledTask[];
  readonly lines: LineLog;
  /** For what others may read in a status. */
  readonly redact: Redact;
  /** ms since 1970. */
  readonly now: () => number;
}

const NOTHING_WAITS = { ms: 0, commits: 0, bytes: 0 } as const;

/** One database for one process life: started once, drained once. What SyncService, health, TypeORM and shutdown share. */
export class DatabaseLife {
  readonly settings: PersistenceSettings;
  readonly connections: AppConnections;
  readonly #parts: DatabaseLifeParts;
  #starting: Promise<void> | undefined;
  #draining: Promise<boolean> | undefined;
  #failure: PersistenceStatus['error'] = null;
  #openSince: number | null = null;
  #dataSource: DataSource | undefined;
  readonly #watch: TransactionWatch;
  readonly #end: DatabaseEnd;
  readonly #beforeRelease: (() => Promise<void>)[] = [];

  constructor(parts: DatabaseLifeParts) {
    this.#parts = parts;
    this.settings = parts.settings;
    this.connections = parts.connections;
    this.#end = new DatabaseEnd(parts);
    const { lock, lines, now, settings, connections } = parts;
    this.#watch = new TransactionWatch({
      known: () => connections.transactionAgeMs(),
      ...(lock !== undefined && { lock }),
      transactionMaxMs: settings.transactionMaxMs,
      now,
      lines,
    });
  }

  /** A replica ships commits, so SQLite must not restart the write-ahead log by itself. */
  get replicated(): boolean {
    return this.#parts.replica !== null;
  }

  get tasks(): readonly ScheduledTask[] {
    return this.#parts.tasks ?? [];
  }

  /** For what nobody can be told by an error. */
  warn(text: string): void {
    this.#parts.lines.warn(text);
  }

  /** Takes folders of the host out of a text that others may read. */
  redact(text: string): string {
    return this.#parts.redact(text);
  }

  /** Has `work` done, and waits for it, before the database is released. It must not reject. */
  beforeRelease(work: () => Promise<void>): void {
    this.#beforeRelease.push(work);
  }

  /** Starts at the first call; every call gets the outcome of that one start. */
  async ready(): Promise<{ readonly path: string }> {
    this.#starting ??= this.#start();
    await this.#starting;
    return { path: this.settings.path };
  }

  wake(): void {
    this.#parts.replica?.wake();
  }

  async flush(): Promise<FlushResult> {
    this.#refuseInsideTransaction();
    await this.ready();
    const { replica, settings } = this.#parts;
    await this.connections.whenIdle(settings.transactionMaxMs);
    this.#watch.refuseOverdue();
    if (replica === null) return { stored: false, txid: null, reason: this.status().summary };
    const { txid } = await replica.flush();
    return { stored: true, txid, reason: null };
  }

  /** Runs `work` in a transaction of the DataSource, and resolves to its result when that is committed and stored. */
  async transaction<T>(work: (manager: EntityManager) => Promise<T>): Promise<T> {
    this.#refuseInsideTransaction();
    const dataSource = this.#dataSource;
    if (dataSource === undefined) throw noDataSource(this.settings);
    const { connections, settings } = this;
    // On TypeORM's own DataSource this would become a part of the transaction that is open, whoever that is of.
    if (!connections.tellsCallers) await connections.whenIdle(settings.transactionMaxMs);
    const result = await dataSource.transaction(work);
    try {
      await this.flush();
    } catch (error) {
      throw unconfirmed(error);
    }
    return result;
  }

  /** The DataSource that opened this database. */
  attach(dataSource: DataSource): void {
    this.#dataSource = dataSource;
  }

  async backup(options?: BackupToOptions): Promise<BackupResult> {
    const file = checkBackupCall(options);
    await this.ready();
    const { backup } = this.#parts;
    if (backup === undefined) {
      throw notConfigured(this.settings, 'There is no replica to back up.');
    }
    return file === null ? backup.run() : backup.copyTo(file);
  }

  async restore(options: RestoreOptions): Promise<RestoreResult> {
    return this.#rescue.restore(options);
  }

  async restorePoints(query?: RestorePointsQuery): Promise<RestorePoint[]> {
    return this.#rescue.restorePoints(query);
  }

  async emergencyRestore(options: EmergencyOptions): Promise<EmergencyResult> {
    return this.#rescue.emergencyRestore(options);
  }

  get #rescue(): Rescue {
    const { rescue } = this.#parts;
    if (rescue !== null) return rescue;
    throw notConfigured(this.settings, 'There is no replica to restore from.');
  }

  /** From memory, without I/O. */
  status(): PersistenceStatus {
    const { replica, settings, backup, access, now, redact } = this.#parts;
    const role = settings.enabled ? 'local' : 'disabled';
    const view = replica === null ? null : replica.status();
    const failure = this.#failure ?? view?.error ?? null;
    const open = this.#watch.open();
    return Object.freeze({
      ...summarise(settings, view, failure),
      database: settings.name,
      role: view?.role ?? role,
      origin: view?.origin ?? null,
      epoch: view?.epoch ?? null,
      durableTxid: view?.durableTxid ?? null,
      lag: view?.lag ?? NOTHING_WAITS,
      lastStored: view?.lastStored ?? null,
      openTransactionMs: open?.ageMs ?? null,
      openTransactionBy: open?.holder ?? null,
      ...backupFields(backup?.status() ?? null, this.#openSince, now(), redact),
      maintenance: maintenanceFields(view?.maintenance, redact),
      requests: requestFields(access),
      error: shownError(failure, redact),
    } satisfies PersistenceStatus);
  }

  /** The app has begun to close: what requests take from now on goes off the time of `drain()`, in part. */
  closing(): void {
    this.#end.closing();
  }

  /**
   * Ends writing, ships what is left and releases the database, within `shutdownTimeoutMs`. Every call gets the outcome
   * of the first: whether the end was clean. Never rejects.
   */
  drain(): Promise<boolean> {
    this.#draining ??= this.#drain();
    return this.#draining;
  }

  /** Another instance owns the database now: what is written here from now on would be lost, so writing fails. */
  fence(): void {
    this.#watch.stop();
    void this.connections.refuseWrites(0);
    void this.#parts.backup?.stop();
  }

  #refuseInsideTransaction(): void {
    if (this.connections.currentTransaction() === undefined) return;
    throw new PersistenceError(
      'FLUSH_INSIDE_TRANSACTION',
      'Nothing can be confirmed from inside an open transaction: it would wait for itself.',
    );
  }

  async #start(): Promise<void> {
    const { replica, settings } = this.#parts;
    try {
      if (this.#draining !== undefined) {
        throw new PersistenceError(
          'SHUTTING_DOWN',
          'The app was closed before its database was started.',
        );
      }
      if (settings.path !== IN_MEMORY) await makeFolder(settings);
      await replica?.start();
      await this.#parts.backup?.sweep();
      this.#openSince = this.#parts.now();
      this.#watch.start();
    } catch (error) {
      this.#failed(error);
      throw isPersistenceError(error) ? redactedError(error, this.#parts.redact) : error;
    }
  }

  #failed(error: unknown): void {
    const since = this.#parts.now();
    if (isPersistenceError(error)) {
      this.#failure = { ...error.toJSON(), since };
      this.#parts.lines.error(`The database was not opened. ${errorLine(error)}`);
    } else {
      this.#failure = { code: 'INTERNAL', message: String(error), hint: '', since };
      this.#parts.lines.error(`The database was not opened. ${String(error)}`);
    }
  }

  async #drain(): Promise<boolean> {
    this.#watch.stop();
    if (this.#starting === undefined) return true;
    return this.#end.drain(this.#starting, () => this.#endWork());
  }

  /** Nothing is written beside the log any more. */
  async #endWork(): Promise<void> {
    await Promise.all([...this.#beforeRelease.map((work) => work()), this.#parts.backup?.stop()]);
  }
}

async function makeFolder({ path: file, name }: PersistenceSettings): Promise<void> {
  try {
    await mkdir(path.dirname(file), { recursive: true });
  } catch (cause) {
    throw new PersistenceError(
      'DATABASE_READ_ONLY',
      'The folder of the database file cannot be made.',
      {
        cause,
        hint: `Point ${variableName('DATABASE_PATH', name)} at a folder the process may write to.`,
      },
    );
  }
}
