import { PersistenceError } from '../errors';
import type { CapturedEntry } from '../engine/database-engine';
import { Publisher } from './commit/publisher';
import type { Head } from './log/head';
import { logKey } from './log/log-keys';
import { RecentFiles } from './log/recent-files';
import { Maintenance } from './maintain/maintenance';
import type { MaintenanceResult } from './maintain/maintenance-types';
import { StatusModel } from './observe/status-model';
import type { FlushResult, ReplicaOptions, ReplicaStatus, StartOutcome } from './replica-types';
import { Start } from './start/start';

/** One database and its replica, for one process life: start once, flush at will, stop once. */
export class Replica {
  private readonly model: StatusModel;
  private starting: Promise<StartOutcome> | null = null;
  private stopping: Promise<boolean> | null = null;
  private publisher: Publisher | null = null;
  private maintenance: Maintenance | null = null;
  private readonly recent = new RecentFiles();

  constructor(readonly options: ReplicaOptions) {
    this.model = new StatusModel(options.clock, options.onEvent);
  }

  /** Brings the local database to the log's head, claims it, and begins to ship commits. Further calls get the same answer. */
  start(): Promise<StartOutcome> {
    this.starting ??= this.begin();
    return this.starting;
  }

  /** Commits may have happened: look now. Never waits, never throws. */
  wake(): void {
    this.publisher?.wake();
  }

  /** The end is near: what waits for a pace (`confirmIntervalMs`, `publishIntervalMs`) is stored at once from here on. */
  hurry(): void {
    this.publisher?.hurry();
  }

  /**
   * Resolves when everything committed before the call is stored. Rejects with REPLICA_FENCED, FLUSH_TIMEOUT,
   * SHUTTING_DOWN; the commits exist locally all the same.
   */
  async flush(): Promise<FlushResult> {
    if (!this.publisher) throw new PersistenceError('SHUTTING_DOWN', 'The database is not open.');
    await this.publisher.flush();
    return { txid: this.publisher.position.txid };
  }

  /**
   * Folds what has become old into merged files and snapshots, and removes what they stand for, as far as it is due: meant to
   * be called every half minute; where there is nothing to do it asks the store for nothing. Never waits for commits, nor
   * they for it. While a run is under way, further calls get the result of that one.
   *
   * Rejects with the coded failure of the run, which is also in `status().maintenance`; a later call tries again. Rejects
   * with REPLICA_FENCED or SHUTTING_DOWN where this life does not own the log, and with the reason of `signal` when aborted.
   */
  async maintain({ signal }: { readonly signal?: AbortSignal } = {}): Promise<MaintenanceResult> {
    if (!this.maintenance) {
      throw this.publisher && !this.options.merger
        ? new PersistenceError('INTERNAL', 'This replica was put together without a merger.')
        : new PersistenceError('SHUTTING_DOWN', 'The database is not open.');
    }
    // A store that does not answer is met, and reported, by the run itself, if there is anything to do.
    await this.publisher?.checkHistory(signal).catch(() => undefined);
    return this.maintenance.run(signal);
  }

  /** Immutable, from memory: no I/O. */
  status(): ReplicaStatus {
    return this.model.snapshot();
  }

  /** Ships what is left, releases the database and lets go of the file, within the time given. Resolves to whether the end was clean. */
  stop({ timeoutMs }: { readonly timeoutMs: number }): Promise<boolean> {
    this.stopping ??= this.end(timeoutMs);
    return this.stopping;
  }

  private async begin(): Promise<StartOutcome> {
    try {
      const { head, lineage, outcome } = await new Start(this.options, this.model).run();
      this.publisher = new Publisher(this.options, this.model, head, lineage, {
        stored: (entry) => this.remember(entry),
        historyLost: async () => this.maintenance?.startOver(),
        fenced: (error) => void this.maintenance?.stop(error),
      });
      this.maintenance = this.maintainer(this.publisher);
      this.model.started(outcome);
      this.publisher.start();
      return outcome;
    } catch (error) {
      await this.options.engine.close({ released: null }).catch(() => undefined);
      throw error;
    }
  }

  private maintainer(publisher: Publisher): Maintenance | null {
    const { merger, store, clock, nodeId, settings } = this.options;
    if (!merger) return null;
    const head = (): Head => publisher.position;
    const { recent, model: status } = this;
    const doubt = (): void => publisher.doubtHistory();
    return new Maintenance({ store, merger, clock, nodeId, settings, recent, status, head, doubt });
  }

  private remember({ txid, timestamp, body }: CapturedEntry): void {
    if (!this.maintenance) return;
    const bytes = body instanceof Uint8Array ? body : null;
    const size = body instanceof Uint8Array ? body.length : body.size;
    const key = logKey(0, txid, txid);
    this.recent.add({ level: 0, minTxid: txid, maxTxid: txid, size, time: timestamp, key }, bytes);
  }

  /** Before the log of this life ends: nothing is folded or deleted behind its release. */
  private async endMaintenance(): Promise<void> {
    const ending = new PersistenceError('SHUTTING_DOWN', 'The database is being closed.');
    await this.maintenance?.stop(ending);
    await this.options.merger?.close();
  }

  private async end(timeoutMs: number): Promise<boolean> {
    const deadline = this.deadlineIn(timeoutMs);
    let released: number | null = null;
    try {
      await orAborted(this.settledStart(), deadline.signal);
      await orAborted(this.endMaintenance(), deadline.signal);
      if (!this.publisher) return true;
      released = await this.drain(this.publisher, deadline.signal);
    } catch (error) {
      if (error instanceof PersistenceError) this.model.failed(error, 1);
      await this.publisher?.end();
    } finally {
      deadline.cancel();
    }
    await this.options.engine.close({ released });
    this.model.stopped(released !== null);
    return released !== null;
  }

  /** A start that failed has let go of everything itself. */
  private async settledStart(): Promise<void> {
    await this.starting?.catch(() => undefined);
  }

  private deadlineIn(timeoutMs: number): { readonly signal: AbortSignal; cancel(): void } {
    const passed = new AbortController();
    const cancelled = new AbortController();
    const late = new PersistenceError(
      'FLUSH_TIMEOUT',
      `The last commits were not stored within ${timeoutMs} ms.`,
    );
    this.options.clock.sleep(timeoutMs, cancelled.signal).then(
      () => passed.abort(late),
      () => undefined,
    );
    return { signal: passed.signal, cancel: () => cancelled.abort() };
  }

  /** Shuts writers out, stores what is left, and ends the log of this life with a release. */
  private async drain(publisher: Publisher, deadline: AbortSignal): Promise<number> {
    publisher.hurry();
    await orAborted(publisher.settleHistory(deadline), deadline);
    const held = await this.options.engine.hold();
    await orAborted(publisher.flush(), deadline);
    await publisher.end();
    if (!held)
      throw new PersistenceError('TRANSACTION_OPEN', 'A transaction was still open at the end.');
    return publisher.release(deadline);
  }
}

function orAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(signal.reason as Error);
    void promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
    if (signal.aborted) return abort();
    signal.addEventListener('abort', abort, { once: true });
  });
}
