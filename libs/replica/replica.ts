import { PersistenceError } from '../errors';
import { Publisher } from './commit/publisher';
import { StatusModel } from './observe/status-model';
import type { FlushResult, ReplicaOptions, ReplicaStatus, StartOutcome } from './replica-types';
import { Start } from './start/start';

/** One database and its replica, for one process life: start once, flush at will, stop once. */
export class Replica {
  private readonly model: StatusModel;
  private starting: Promise<StartOutcome> | null = null;
  private stopping: Promise<boolean> | null = null;
  private publisher: Publisher | null = null;

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

  /**
   * Resolves when everything committed before the call is stored. Rejects with REPLICA_FENCED, FLUSH_TIMEOUT,
   * SHUTTING_DOWN; the commits exist locally all the same.
   */
  async flush(): Promise<FlushResult> {
    if (!this.publisher) throw new PersistenceError('SHUTTING_DOWN', 'The database is not open.');
    await this.publisher.flush();
    return { txid: this.publisher.position.txid };
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
      const { head, outcome } = await new Start(this.options, this.model).run();
      this.publisher = new Publisher(this.options, this.model, head);
      this.model.started(outcome);
      this.publisher.start();
      return outcome;
    } catch (error) {
      await this.options.engine.close({ released: null }).catch(() => undefined);
      throw error;
    }
  }

  private async end(timeoutMs: number): Promise<boolean> {
    const deadline = this.deadlineIn(timeoutMs);
    let released: number | null = null;
    try {
      await orAborted(this.settledStart(), deadline.signal);
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
