import { Patience } from './patience';

describe('patience', () => {
  const never = () => new Promise<never>(() => undefined);
  const late = () => new Error('late');

  it('gives what the work gives, in time', async () => {
    const patience = new Patience(() => 0);
    await expect(patience.within(Promise.resolve(1), 60_000, late)).resolves.toBe(1);
    const broken = Promise.reject(new Error('broken'));
    await expect(patience.within(broken, 60_000, late)).rejects.toThrow('broken');
    const real = new Patience(() => performance.now());
    await expect(real.within(never(), 1, late)).rejects.toThrow('late');
  });

  it('has one timer for all who wait, which is gone soon behind the last', async () => {
    jest.useFakeTimers();
    try {
      const patience = new Patience(() => performance.now());
      const all = Array.from({ length: 100 }, (_, i) =>
        patience.within(i < 50 ? Promise.resolve() : never(), 1_000, late).catch(() => undefined),
      );
      expect(jest.getTimerCount()).toBe(1);
      await jest.advanceTimersByTimeAsync(999);
      expect(jest.getTimerCount()).toBe(1);
      await jest.advanceTimersByTimeAsync(30);
      await Promise.all(all);
      expect(jest.getTimerCount()).toBe(0);
    } finally {
      jest.useRealTimers();
    }
  });

  it('ends for everybody who waits, and for those who come later, when the app closes', async () => {
    let now = 0;
    const patience = new Patience(() => now);
    const waiting = patience.within(never(), 60_000, late);
    patience.endIn(1);
    now = 1;
    await expect(waiting).rejects.toThrow('late');
    now = 5;
    const closing = (isClosing: boolean) => new Error(`closing: ${isClosing}`);
    await expect(patience.within(never(), 60_000, closing)).rejects.toThrow('closing: true');
  });
});
