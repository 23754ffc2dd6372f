import { gateApps } from './support/gate-app';
import { until } from './support/until';
import { requestText } from './support/wire';

describe('confirmIntervalMs of forRoot()', () => {
  const start = gateApps();

  /** Writes that two durable requests bring about as long as the interval runs. */
  async function writesWithin(confirmIntervalMs: number): Promise<number> {
    const app = await start('express', { persistence: { confirmIntervalMs } });
    // From here on the interval runs.
    await until('the tables are stored', () => app.life.status().lastStored !== null);
    let writes = 0;
    const put = app.store.put.bind(app.store);
    app.store.put = (...call) => {
      if (call[0].endsWith('.ltx')) writes++;
      return put(...call);
    };
    const first = app.dial(requestText('POST', '/json'));
    await until('the first', () => first.complete || (confirmIntervalMs > 0 && app.waiting === 1));
    const second = app.dial(requestText('POST', '/json'));
    await until('the second', () => second.complete || app.waiting === 2);
    await app.settle();
    return writes;
  }

  it('reaches the replica: of 0 each answer has a write of its own, with a long one both wait for the next', async () => {
    expect(await writesWithin(0)).toBe(2);
    expect(await writesWithin(50_000)).toBe(0);
  });

  it('is over when the app begins to close: who waits is answered', async () => {
    const app = await start('express', { persistence: { confirmIntervalMs: 50_000 } });
    await until('the tables are stored', () => app.life.status().lastStored !== null);
    const wire = app.dial(requestText('POST', '/json'));
    await until('the answer waits', () => app.waiting === 1);
    await app.app.close();
    await until('the answer', () => wire.complete);
    expect(wire.status).toBe(201);
  });
});
