import { Patience } from './patience';

describe('patience', () => {
  const never = () => new Promise<never>(() => undefined);
  const late = () => new Error('late');

  it('gives what the work gives, in time', async () => {
    const patience = new Patience(() => 0);
    await expect(patience.within(Promise.resolve(1), 60_000, late)).resolves.toBe(1);
    const broken = Promise.reject(new Error('broken'));
    await expect(patience.within(broken, 60_000, late)).rejects.toThrow('broken');
    await expect(patience.within(never(), 1, late)).rejects.toThrow('late');
  });

  it('ends for everybody who waits, and for those who come later, when the app closes', async () => {
    let now = 0;
    const patience = new Patience(() => now);
    const waiting = patience.within(never(), 60_000, late);
    patience.endIn(1);
    await expect(waiting).rejects.toThrow('late');
    now = 5;
    await expect(patience.within(never(), 60_000, late)).rejects.toThrow('late');
  });
});
