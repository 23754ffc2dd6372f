import { ManualClock } from '../../testing';
import { Pace } from './pace';

describe('the pace of publishing', () => {
  let clock: ManualClock;
  const pace = (publishIntervalMs: number, confirmIntervalMs?: number): Pace =>
    new Pace(clock, {
      publishIntervalMs,
      flushTimeoutMs: 10_000,
      verify: 'quick',
      ...(confirmIntervalMs !== undefined && { confirmIntervalMs }),
    });

  beforeEach(() => {
    clock = new ManualClock();
  });

  it('lets the first entry go at once', () => {
    expect(pace(1_000, 500).left(false)).toBeLessThanOrEqual(0);
  });

  it('gathers what nobody waits for, and lets those who wait go at once unless told otherwise', async () => {
    const plain = pace(1_000);
    plain.published();
    await clock.advance(400);
    expect(plain.left(false)).toBe(600);
    expect(plain.left(true)).toBeLessThanOrEqual(0);
  });

  it('is never faster than confirmIntervalMs, whoever waits', async () => {
    const floored = pace(100, 1_000);
    floored.published();
    await clock.advance(300);
    expect([floored.left(true), floored.left(false)]).toEqual([700, 700]);
  });

  it('waits for no longer than the interval where the clock was set back', () => {
    const one = pace(1_000, 1_000);
    const ahead = jest.spyOn(clock, 'now').mockReturnValue(clock.now() + 3_600_000);
    one.published();
    ahead.mockRestore();
    expect(one.left(true)).toBe(1_000);
  });

  it('gives way to a log that presses, until that is captured', () => {
    const one = pace(1_000, 1_000);
    one.published();
    one.press();
    expect(one.left(false)).toBe(0);
    one.captured();
    expect(one.left(false)).toBe(1_000);
  });

  it('ends a sleep that is interrupted, also by what came since the circumstances were looked at', async () => {
    const one = pace(1_000);
    one.renew();
    const sleeping = one.sleep(1_000);
    one.joined(1);
    await sleeping;
    one.renew();
    one.joined(1);
    await one.sleep(1_000);
    expect(clock.sleeping).toBe(0);
  });
});
