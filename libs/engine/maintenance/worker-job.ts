import type { Worker } from 'node:worker_threads';
import { PersistenceError } from '../../errors';
import type { FileInput } from '../file-merger';
import { ownBuffer } from '../own-buffer';
import type { FromWorker } from './merge-protocol';

/** The app's side of one piece of work: answers what the worker pulls, and waits for its outcome. */
export class WorkerJob {
  readonly outcome: Promise<FromWorker>;
  private settle!: (message: FromWorker) => void;
  private reject!: (error: unknown) => void;
  private readonly iterators = new Map<number, AsyncIterator<Uint8Array>>();
  /** Why an input failed: says more than that one did. */
  private cause: { readonly error: unknown } | null = null;

  constructor(
    private readonly worker: Worker,
    private readonly job: number,
    private readonly inputs: readonly FileInput[],
  ) {
    this.outcome = new Promise((resolve, reject) => {
      this.settle = resolve;
      this.reject = reject;
    });
    this.outcome.catch(() => undefined);
  }

  receive(message: FromWorker): void {
    if (message.job !== this.job) return;
    if ('pull' in message) return void this.give(message.pull);
    if ('error' in message) {
      return this.reject(this.cause ? this.cause.error : PersistenceError.fromJSON(message.error));
    }
    this.settle(message);
  }

  /** The worker is gone. */
  end(error: PersistenceError): void {
    this.reject(error);
  }

  /** Closes the inputs. Not waited for: one may be in the middle of a read that does not end. */
  close(): void {
    for (const iterator of this.iterators.values()) iterator.return?.().catch(() => undefined);
  }

  private async give(input: number): Promise<void> {
    const { worker, job } = this;
    try {
      const { done, value } = await this.iterator(input).next();
      if (done) return worker.postMessage({ job, input, end: 'done' });
      const chunk = ownBuffer(value);
      worker.postMessage({ job, input, chunk }, [chunk.buffer]);
    } catch (error) {
      this.cause ??= { error };
      worker.postMessage({ job, input, end: 'failed' });
    }
  }

  private iterator(input: number): AsyncIterator<Uint8Array> {
    const known = this.iterators.get(input);
    if (known) return known;
    const iterator = this.inputs[input]!.open()[Symbol.asyncIterator]();
    this.iterators.set(input, iterator);
    return iterator;
  }
}
