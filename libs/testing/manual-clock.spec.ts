import { ManualClock } from './manual-clock';

test('sleepers wake in the order of their moments, each at its own', async () => {
  const clock = new ManualClock(0);
  const woken: [string, number][] = [];
  const sleep = (name: string, ms: number) =>
    clock.sleep(ms).then(() => woken.push([name, clock.now()]));
  void sleep('late', 30);
  void sleep('early', 10);
  void sleep('never', 41);
  await clock.advance(40);
  expect(woken).toEqual([
    ['early', 10],
    ['late', 30],
  ]);
  expect(clock.now()).toBe(40);
  expect(clock.sleeping).toBe(1);
});

test('what a waking sleeper sets in motion runs before the next one wakes', async () => {
  const clock = new ManualClock(0);
  const seen: number[] = [];
  const loop = async () => {
    for (;;) {
      await clock.sleep(10);
      await clock.immediate();
      seen.push(clock.now());
    }
  };
  void loop();
  await clock.advance(35);
  expect(seen).toEqual([10, 20, 30]);
});

test('an aborted sleep rejects with the reason and sleeps no more', async () => {
  const clock = new ManualClock();
  const controller = new AbortController();
  const sleep = clock.sleep(10, controller.signal);
  controller.abort('reason');
  await expect(sleep).rejects.toBe('reason');
  await expect(clock.sleep(10, controller.signal)).rejects.toBe('reason');
  expect(clock.sleeping).toBe(0);
});

test('a test can wait for the sleepers', async () => {
  const clock = new ManualClock();
  const both = clock.whenSleeping(2);
  void clock.sleep(1);
  void clock.sleep(1);
  await both;
  await clock.whenSleeping();
  expect(clock.sleeping).toBe(2);
});
