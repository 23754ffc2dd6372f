import { createReadStream, existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { PersistenceError } from '../../errors';
import type { FileInput, FileMerger, FileProof, FoldedFile, FoldOptions } from '../file-merger';
import { followLink, temporary } from '../sqlite/local-files';
// The worker is named by a path below. Its types are imported from here, so that every build that has this file has it too.
import type {} from './maintenance.worker';
import type { FoldReply, FromWorker, ToWorker } from './merge-protocol';
import { WorkerJob } from './worker-job';

/** `.js` in every build and in the package; `.ts` when a test runs the sources. */
const WORKER = join(__dirname, `maintenance.worker${extname(__filename)}`);
/** The thread stays this long for the next piece of work. */
const IDLE_MS = 60_000;
const SPOOL_CHUNK_BYTES = 256 * 1024;

export interface FileMergerOptions {
  /** Large results are written to a temporary file beside this database; its leftovers are removed with the engine's. */
  readonly path: string;
}

/** Folds and checks files of the log in a worker thread that is started when there is work, and ends when there is none. */
export function createFileMerger(options: FileMergerOptions): FileMerger {
  return new WorkerMerger(options);
}

let spools = 0;

class WorkerMerger implements FileMerger {
  private worker: Worker | null = null;
  private current: WorkerJob | null = null;
  private queue: Promise<unknown> = Promise.resolve();
  private jobs = 0;
  private idle: NodeJS.Timeout | undefined;
  private closed = false;

  constructor(private readonly options: FileMergerOptions) {}

  merge(inputs: readonly FileInput[], options: FoldOptions): Promise<FoldedFile> {
    return this.inTurn(async () => {
      const id = `${process.pid.toString(36)}${(spools++).toString(36)}`;
      const spool = temporary(followLink(this.options.path), 'merging', id);
      try {
        const job = { inputs: inputs.length, options, spool };
        const reply = await this.run((id) => ({ job: id, fold: job }), inputs);
        if ('folded' in reply) return folded(reply.folded, spool);
        throw new PersistenceError('INTERNAL', 'The maintenance worker gave no file.');
      } catch (error) {
        await rm(spool, { force: true });
        throw error;
      }
    });
  }

  verify(input: FileInput): Promise<FileProof> {
    return this.inTurn(async () => {
      const reply = await this.run((job) => ({ job, verify: true }), [input]);
      if ('proof' in reply) return reply.proof;
      throw new PersistenceError('INTERNAL', 'The maintenance worker gave no proof.');
    });
  }

  async close(): Promise<void> {
    this.closed = true;
    await this.stop();
    await this.queue;
  }

  private inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.queue.then(work);
    this.queue = turn.catch(() => undefined);
    return turn;
  }

  private async run(
    message: (job: number) => ToWorker,
    inputs: readonly FileInput[],
  ): Promise<FromWorker> {
    if (this.closed) throw died('it was closed');
    clearTimeout(this.idle);
    const worker = (this.worker ??= this.start());
    worker.ref();
    const id = ++this.jobs;
    const job = (this.current = new WorkerJob(worker, id, inputs));
    try {
      worker.postMessage(message(id));
      return await job.outcome;
    } finally {
      this.current = null;
      job.close();
      // Neither the thread nor its end keeps a process alive that has nothing else to do.
      worker.unref();
      this.idle = setTimeout(() => void this.stop(), IDLE_MS).unref();
    }
  }

  private start(): Worker {
    if (!existsSync(WORKER)) {
      throw new PersistenceError(
        'WORKER_NOT_FOUND',
        'The maintenance worker of nestjs-persistence is not beside its code.',
      );
    }
    const worker = new Worker(WORKER, {
      name: 'nestjs-persistence maintenance',
      // The app's own flags (inspector, loaders) are not for this thread.
      execArgv: [],
      resourceLimits: { maxYoungGenerationSizeMb: 4 },
    });
    worker.on('message', (message: FromWorker) => this.current?.receive(message));
    worker.on('error', (error) => this.lost(worker, error));
    worker.on('exit', (code) => this.lost(worker, `exit code ${code}`));
    return worker;
  }

  /** Ends the work under way; the next one starts a new thread. */
  private lost(worker: Worker, cause: unknown): void {
    if (this.worker !== worker) return;
    this.worker = null;
    this.current?.end(died(cause));
  }

  private async stop(): Promise<void> {
    clearTimeout(this.idle);
    const { worker } = this;
    this.worker = null;
    this.current?.end(died('it was closed'));
    await worker?.terminate();
  }
}

function folded({ proof, inputs, bytes }: FoldReply, spool: string): FoldedFile {
  const { size } = proof;
  const open = (): AsyncIterable<Uint8Array> =>
    createReadStream(spool, { highWaterMark: SPOOL_CHUNK_BYTES });
  const discard = (): Promise<void> => (bytes ? Promise.resolve() : rm(spool, { force: true }));
  return { ...proof, inputs, body: bytes ?? { size, open }, discard };
}

const died = (cause: unknown): PersistenceError =>
  new PersistenceError('WORKER_DIED', `The thread that folds files has ended: ${String(cause)}.`, {
    hint: 'Maintenance is tried again by itself; commits are not affected. If it repeats, please report it with the cause.',
    ...(cause instanceof Error && { cause }),
  });
