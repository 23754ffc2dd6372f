import { existsSync } from 'node:fs';
import { extname, join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { PersistenceError } from '../../errors';
// The worker is named by a path below. Its types are imported from here, so that every build that has this file has it too.
import type {} from './sqlite.worker';
import type { CallName, SqliteWorkerData, WorkerCalls, WorkerMessage } from './worker-protocol';

/** `.js` in every build and in the package; `.ts` when a test runs the sources. */
const WORKER = join(__dirname, `sqlite.worker${extname(__filename)}`);

interface Waiter {
  resolve(value: unknown): void;
  reject(error: unknown): void;
}

/**
 * Calls into the worker thread. It is started by the first call and ends with `close`. The thread keeps the process alive
 * only while somebody waits for an answer or for its end: an app that failed to start ends by itself.
 */
export class WorkerClient {
  private worker: Worker | null = null;
  private ended: PersistenceError | null = null;
  private closing = false;
  /** The store has everything up to this TXID. */
  settled = 0;
  private nextId = 1;
  private readonly waiters = new Map<number, Waiter>();

  constructor(
    private readonly data: SqliteWorkerData,
    private readonly onEvent: (message: Extract<WorkerMessage, { event: string }>) => void,
  ) {}

  call<Name extends CallName>(
    name: Name,
    argument: Parameters<WorkerCalls[Name]>[0],
    transfer: ArrayBuffer[] = [],
  ): Promise<ReturnType<WorkerCalls[Name]>> {
    return new Promise((resolve, reject) => {
      if (this.ended) return reject(this.ended);
      this.worker ??= this.start();
      const id = this.nextId++;
      this.waiters.set(id, { resolve: resolve as (value: unknown) => void, reject });
      this.worker.ref();
      this.worker.postMessage({ id, call: name, argument, settled: this.settled }, transfer);
    });
  }

  /** Ends the thread; calls that are under way are answered first. */
  async close(released: number | null): Promise<void> {
    if (!this.worker || this.ended) return;
    const exited = new Promise((resolve) => this.worker!.once('exit', resolve));
    this.closing = true;
    try {
      await this.call('close', released);
    } finally {
      await exited;
    }
  }

  private start(): Worker {
    if (!existsSync(WORKER)) {
      throw new PersistenceError(
        'WORKER_NOT_FOUND',
        'The worker of nestjs-persistence is not beside its code.',
      );
    }
    const worker = new Worker(WORKER, {
      workerData: this.data,
      name: 'nestjs-persistence',
      // The app's own flags (inspector, loaders) are not for this thread.
      execArgv: [],
      // Chunks of a restore and pages on their way are garbage at once: collected often, they never add up.
      resourceLimits: { maxYoungGenerationSizeMb: 4 },
      // A thread that closed the descriptors it opened would drop the locks of the whole process on those files.
      trackUnmanagedFds: false,
    });
    worker.on('message', (message: WorkerMessage) => this.receive(message));
    worker.on('error', (error) => this.end(error));
    worker.on('exit', (code) => this.end(new Error(`exit code ${code}`)));
    return worker;
  }

  private receive(message: WorkerMessage): void {
    if ('event' in message) return this.onEvent(message);
    const waiter = this.waiters.get(message.id);
    this.waiters.delete(message.id);
    if (this.waiters.size === 0 && !this.closing) this.worker?.unref();
    if ('error' in message) waiter?.reject(PersistenceError.fromJSON(message.error));
    else waiter?.resolve(message.result);
  }

  private end(cause: unknown): void {
    this.ended ??= new PersistenceError(
      'WORKER_DIED',
      'The thread that watches the database has ended.',
      { cause },
    );
    for (const waiter of this.waiters.values()) waiter.reject(this.ended);
    this.waiters.clear();
  }
}
