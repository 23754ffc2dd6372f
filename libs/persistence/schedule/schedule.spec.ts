import { RunningTask } from './running-task';
import { Schedule } from './schedule';
import type { ScheduledTask } from './scheduled-task';
import type { Registry } from './scheduler-registry';

const MINUTE_MS = 60_000;

function task(change: Partial<ScheduledTask> = {}): ScheduledTask & { runs: number } {
  const made = {
    name: 'persistence:backup',
    rhythm: { everyMs: 30 * MINUTE_MS },
    runs: 0,
    run: () => {
      made.runs++;
      return Promise.resolve();
    },
    ...change,
  };
  return made;
}

/** Lets the timers of `ms` pass, and what they set in motion. */
const pass = (ms: number) => jest.advanceTimersByTimeAsync(ms);

describe('the schedule of a database', () => {
  let schedule: Schedule;
  const start = (one: ScheduledTask, registry: Registry | null = null, random = () => 0) => {
    schedule = new Schedule({ tasks: [one], registry, random });
    schedule.start();
  };

  beforeEach(() => jest.useFakeTimers());
  afterEach(async () => {
    await schedule?.stop();
    jest.useRealTimers();
  });

  it('runs once per interval', async () => {
    const one = task();
    start(one);
    await pass(29 * MINUTE_MS);
    expect(one.runs).toBe(0);
    await pass(2 * MINUTE_MS);
    expect(one.runs).toBe(1);
    await pass(60 * MINUTE_MS);
    expect(one.runs).toBe(3);
  });

  it('does not wait a whole interval for the first run where that is asked for', async () => {
    const one = task({ firstAfterMs: 5 * MINUTE_MS });
    start(one);
    await pass(6 * MINUTE_MS);
    expect(one.runs).toBe(1);
    await pass(25 * MINUTE_MS);
    expect(one.runs).toBe(2);
  });

  it('runs by cron, and says what is wrong with an expression', async () => {
    jest.setSystemTime(new Date(2026, 10, 24, 2, 50));
    const one = task({ rhythm: { cron: '0 3 * * *' } });
    start(one);
    await pass(9 * MINUTE_MS);
    expect(one.runs).toBe(0);
    await pass(2 * MINUTE_MS);
    expect(one.runs).toBe(1);
    expect(() => start(task({ rhythm: { cron: 'every night' } }))).toThrow(
      expect.objectContaining({
        code: 'OPTION_INVALID',
        hint: expect.stringContaining('backupCron'),
      }),
    );
  });

  it('never runs twice at once, and goes on behind a failure', async () => {
    let end: (error: Error) => void = () => undefined;
    const one = task();
    const run = () => {
      one.runs++;
      return new Promise<never>((_, reject) => (end = reject));
    };
    start({ ...one, run });
    await pass(95 * MINUTE_MS);
    expect(one.runs).toBe(1);
    end(new Error('the store is away'));
    await pass(30 * MINUTE_MS);
    expect(one.runs).toBe(2);
    end(new Error('still'));
  });

  it('is late by a share of the interval, at most a minute, so that many apps do not come together', async () => {
    const one = task();
    start(one, null, () => 0.999);
    await pass(30 * MINUTE_MS);
    expect(one.runs).toBe(0);
    await pass(MINUTE_MS);
    expect(one.runs).toBe(1);
  });

  it('ends what is under way when it is stopped, and nothing runs afterwards', async () => {
    const one = task();
    let aborted = false;
    const run = (signal: AbortSignal) => {
      one.runs++;
      return new Promise<void>((resolve) =>
        signal.addEventListener('abort', () => {
          aborted = true;
          resolve();
        }),
      );
    };
    start({ ...one, run });
    await pass(31 * MINUTE_MS);
    await schedule.stop();
    expect(aborted).toBe(true);
    await pass(600 * MINUTE_MS);
    expect(one.runs).toBe(1);
    expect(jest.getTimerCount()).toBe(0);
  });

  it('does not take a name that the app has used in its registry', async () => {
    const one = task();
    const entered: string[] = [];
    const registry: Registry = {
      doesExist: () => true,
      addInterval: (name) => void entered.push(name),
      addCronJob: (name) => void entered.push(name),
      deleteInterval: () => undefined,
      deleteCronJob: () => undefined,
    };
    start(one, registry);
    await pass(31 * MINUTE_MS);
    await schedule.stop();
    expect(one.runs).toBe(1);
    expect(entered).toEqual([]);
  });

  it('drops a tick that comes after the end', async () => {
    const one = task();
    const running = new RunningTask(one, () => 0);
    await running.stop();
    running.tick(1);
    await pass(MINUTE_MS);
    expect(one.runs).toBe(0);
  });
});
