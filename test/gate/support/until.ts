import { setImmediate, setTimeout as sleep } from 'node:timers/promises';

/** Resolves once `condition` holds; rejects after `ms`. */
export async function until(what: string, condition: () => unknown, ms = 10_000): Promise<void> {
  const end = performance.now() + ms;
  while (!condition()) {
    if (performance.now() > end) throw new Error(`Not within ${ms} ms: ${what}`);
    await sleep(2);
  }
}

/** Lets what is ready to happen in this process happen. */
export async function turns(count = 5): Promise<void> {
  for (let turn = 0; turn < count; turn++) await setImmediate();
}
