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
    expect(pace(1_000, 500).left(0)).toBeLessThanOrEqual(0);
  });

  it('gathers what nobody waits for, and lets those who wait go at once unless told otherwise', async () => {
    const plain = pace(1_000);
    plain.published(20);
    await clock.advance(400);
    expect(plain.left(0)).toBe(600);
    expect(plain.left(1)).toBeLessThanOrEqual(0);
  });

  it('is never faster than confirmIntervalMs, whoever waits', async () => {
    const floored = pace(100, 1_000);
    floored.published(20);
    await clock.advance(300);
    expect([floored.left(1), floored.left(0)]).toEqual([700, 700]);
  });

  it('waits for no longer than the interval where the clock was set back', () => {
    const one = pace(1_000, 1_000);
    const ahead = jest.spyOn(clock, 'now').mockReturnValue(clock.now() + 3_600_000);
    one.published(20);
    ahead.mockRestore();
    expect(one.left(1)).toBe(1_000);
  });

  it('gives way to a log that presses, until that is captured', () => {
    const one = pace(1_000, 1_000);
    one.published(20);
    one.press();
    expect(one.left(0)).toBe(0);
    one.captured();
    expect(one.left(0)).toBe(1_000);
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

  describe('behind a request that answered many', () => {
    function answered(served: number, waiting: number, tookMs = 20): Pace {
      const one = pace(1_000);
      one.captured();
      one.published(tookMs);
      one.served(served, waiting);
      one.answered();
      return one;
    }

    it('waits a small part of its time for them to come back, and goes as soon as they have', async () => {
      const one = answered(10, 5);
      expect(one.left(14)).toBe(3);
      expect(one.left(15)).toBeLessThanOrEqual(0);
      await clock.advance(2);
      expect(one.left(5)).toBe(1);
      await clock.advance(1);
      expect(one.left(5)).toBeLessThanOrEqual(0);
    });

    it('waits 5 ms at most, however long the request took and whatever the clock says', () => {
      const one = answered(10, 0, 60_000);
      expect(one.left(9)).toBe(5);
      jest.spyOn(clock, 'now').mockReturnValue(clock.now() - 3_600_000);
      expect(one.left(9)).toBe(5);
    });

    it('never lets one who is alone wait, nor publishing that nobody waits for', () => {
      expect(answered(1, 0).left(1)).toBeLessThanOrEqual(0);
      expect(answered(1, 9).left(9)).toBeLessThanOrEqual(0);
      const eager = pace(0);
      eager.published(20);
      eager.served(10, 0);
      eager.answered();
      expect(eager.left(0)).toBeLessThanOrEqual(0);
    });

    it('expects nobody where nothing had to be stored, nor behind a capture that answered nobody yet', () => {
      const one = pace(1_000);
      one.captured();
      one.served(10, 0);
      one.answered();
      expect(one.left(5)).toBeLessThanOrEqual(0);
      const next = answered(10, 0);
      next.captured();
      next.published(20);
      next.answered();
      expect(next.left(5)).toBeLessThanOrEqual(0);
    });

    it('gives way to a log that presses, and to the end', () => {
      const pressed = answered(10, 0);
      pressed.press();
      const ending = answered(10, 0);
      ending.end();
      expect([pressed.left(5), ending.left(5)]).toEqual([0, 0]);
    });

    it('is interrupted by the first and by the last of them, not by each', async () => {
      const one = answered(3, 0);
      one.renew();
      let awake = false;
      const sleeping = one.sleep(1_000).then(() => (awake = true));
      one.joined(2);
      await clock.immediate();
      expect(awake).toBe(false);
      one.joined(3);
      await sleeping;
    });
  });
});
