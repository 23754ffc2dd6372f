import { cronJob, periodOf } from './cron';
import { RunningTask } from './running-task';
import type { ScheduledTask } from './scheduled-task';
import type { Registry } from './scheduler-registry';

/** Above it a Node timer fires at once. */
const TIMER_MS_MAX = 2 ** 31 - 1;

export interface ScheduleOptions {
  readonly tasks: readonly ScheduledTask[];
  /** Where the app looks at its jobs; null where it does not. */
  readonly registry: Registry | null;
  /** From 0 to below 1. */
  readonly random?: () => number;
}

/**
 * Runs the tasks of one database by timers of its own, which keep no process alive. Where the app has a `SchedulerRegistry`
 * they are entered there, so that it can see, stop and delete them. Started once, stopped once.
 */
export class Schedule {
  readonly #stops: (() => Promise<void>)[] = [];

  constructor(private readonly options: ScheduleOptions) {}

  start(): void {
    const { tasks, random = Math.random } = this.options;
    for (const task of tasks) {
      const running = new RunningTask(task, random);
      const { rhythm } = task;
      const cancel =
        'cron' in rhythm
          ? this.#byCron(task.name, rhythm.cron, running)
          : this.#byInterval(task, Math.min(rhythm.everyMs, TIMER_MS_MAX), running);
      this.#stops.push(async () => {
        cancel();
        await running.stop();
      });
    }
  }

  /** Resolves when nothing runs any more. */
  async stop(): Promise<void> {
    await Promise.all(this.#stops.splice(0).map((stop) => stop()));
  }

  #byInterval(task: ScheduledTask, everyMs: number, running: RunningTask): () => void {
    const { name, firstAfterMs = everyMs } = task;
    const tick = () => running.tick(everyMs);
    const timer = setInterval(tick, everyMs).unref();
    const first = firstAfterMs < everyMs ? setTimeout(tick, firstAfterMs).unref() : undefined;
    const { registry } = this.options;
    const entered = registry !== null && !registry.doesExist('interval', name);
    if (entered) registry.addInterval(name, timer);
    return () => {
      clearTimeout(first);
      clearInterval(timer);
      // The scheduler of the app deletes everything before us when the app closes.
      if (entered && registry.doesExist('interval', name)) registry.deleteInterval(name);
    };
  }

  #byCron(name: string, expression: string, running: RunningTask): () => void {
    const job = cronJob(expression, () => running.tick(periodOf(job)));
    const { registry } = this.options;
    const entered = registry !== null && !registry.doesExist('cron', name);
    if (entered) registry.addCronJob(name, job);
    job.start();
    return () => {
      void job.stop();
      if (entered && registry.doesExist('cron', name)) registry.deleteCronJob(name);
    };
  }
}
