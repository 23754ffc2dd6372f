import type { ScheduledTask } from './scheduled-task';

/** One tick in many is late by at most this share of the time between two, and by no more than a minute. */
const JITTER_SHARE = 0.1;
const JITTER_MAX_MS = 60_000;

/** Runs a task at every tick, at most once at a time, a random moment late: many apps tick together. */
export class RunningTask {
  readonly #stopping = new AbortController();
  #run: Promise<void> | undefined;

  constructor(
    private readonly task: ScheduledTask,
    /** From 0 to below 1. */
    private readonly random: () => number,
  ) {}

  /** `periodMs`: time between two ticks. A tick that finds the last run still under way is passed over. */
  tick(periodMs: number): void {
    if (this.#run !== undefined || this.#stopping.signal.aborted) return;
    const jitterMs = this.random() * Math.min(JITTER_MAX_MS, periodMs * JITTER_SHARE);
    this.#run = this.#once(jitterMs).finally(() => (this.#run = undefined));
  }

  /** Ends what is under way and resolves when it has ended; no tick does anything afterwards. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#run;
  }

  async #once(jitterMs: number): Promise<void> {
    const { signal } = this.#stopping;
    try {
      await pause(jitterMs, signal);
      await this.task.run(signal);
    } catch {
      // Aborted, or reported by whoever did the work; the next tick tries again.
    }
  }
}

/** Keeps no process alive; rejects when aborted. */
function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const abort = () => {
      clearTimeout(timer);
      reject(signal.reason as Error);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', abort);
      resolve();
    }, ms).unref();
    signal.addEventListener('abort', abort, { once: true });
  });
}
