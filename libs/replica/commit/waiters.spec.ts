import { PersistenceError } from '../../errors';
import { ManualClock } from '../../testing';
import { Waiters } from './waiters';

describe('who waits for everything to be stored', () => {
  let clock: ManualClock;
  let obstacle: PersistenceError | null;
  let waiters: Waiters;
  let ends: string[];

  beforeEach(() => {
    clock = new ManualClock();
    obstacle = null;
    ends = [];
    waiters = new Waiters(clock, 1_000, () => obstacle);
  });

  const wait = (name: string): Promise<unknown> =>
    waiters.wait().then(
      () => ends.push(name),
      (error: PersistenceError) => ends.push(`${name}: ${error.code}`),
    );

  it('shares one timer, which is gone when nobody waits any more', async () => {
    const all = Array.from({ length: 100 }, (_, i) => wait(String(i)));
    await clock.whenSleeping();
    expect(clock.sleeping).toBe(1);
    waiters.take();
    waiters.answer();
    await Promise.all(all);
    expect(clock.sleeping).toBe(0);
  });

  it('is told after the time of each, whether its capture is under way, was given back or never came', async () => {
    void wait('taken');
    await clock.advance(100);
    waiters.take();
    void wait('later');
    await clock.advance(899);
    expect(ends).toEqual([]);
    await clock.advance(1);
    expect(ends).toEqual(['taken: FLUSH_TIMEOUT']);
    waiters.giveBack();
    await clock.advance(100);
    expect(ends).toEqual(['taken: FLUSH_TIMEOUT', 'later: FLUSH_TIMEOUT']);
    expect([waiters.count, clock.sleeping]).toEqual([0, 0]);
  });

  it('has its own deadline still when those before it are answered, and when it is given back', async () => {
    void wait('first');
    await clock.advance(400);
    waiters.take();
    void wait('second');
    waiters.answer();
    waiters.take();
    waiters.giveBack();
    await clock.advance(999);
    expect(ends).toEqual(['first']);
    await clock.advance(1);
    expect(ends).toEqual(['first', 'second: FLUSH_TIMEOUT']);
  });

  it('goes on in the order of arrival when it is given back', async () => {
    void wait('first');
    waiters.take();
    void wait('second');
    waiters.giveBack();
    waiters.take();
    waiters.answer();
    await clock.immediate();
    expect(ends).toEqual(['first', 'second']);
  });

  it('learns what stands in the way then', async () => {
    const flushed = waiters.wait().catch((error: unknown) => error);
    obstacle = new PersistenceError('STORE_UNREACHABLE', 'No answer.');
    await clock.advance(1_000);
    expect(await flushed).toMatchObject({
      code: 'FLUSH_TIMEOUT',
      cause: { code: 'STORE_UNREACHABLE' },
    });
  });

  it('waits no longer than its time where the clock was set back', async () => {
    void wait('one');
    await clock.whenSleeping();
    jest.spyOn(clock, 'now').mockReturnValue(clock.now() - 3_600_000);
    await clock.advance(1_000);
    expect(ends).toEqual(['one: FLUSH_TIMEOUT']);
  });

  it('is told where nothing will be stored any more, taken or not', async () => {
    void wait('taken');
    waiters.take();
    void wait('waiting');
    waiters.rejectAll(new PersistenceError('REPLICA_FENCED', 'Superseded.'));
    await clock.immediate();
    expect(ends).toEqual(['taken: REPLICA_FENCED', 'waiting: REPLICA_FENCED']);
    expect(clock.sleeping).toBe(0);
  });
});
