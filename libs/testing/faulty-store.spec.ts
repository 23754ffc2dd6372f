import { MemoryStore, readBody } from '../storage';
import { FaultyObjectStore } from './faulty-store';
import { ManualClock } from './manual-clock';

const body = Buffer.from('0123456789');

function setUp(latencyMs = 0) {
  const memory = new MemoryStore();
  const clock = new ManualClock();
  return { memory, clock, store: new FaultyObjectStore(memory, { latencyMs, clock }) };
}

test('a failed call never reaches the store, a lost answer does', async () => {
  const { memory, store } = setUp();
  store
    .inject({ fault: { kind: 'fail', error: 'Throttled' } })
    .inject({ fault: { kind: 'lose-answer' } });
  await expect(store.put('a', body, { mode: 'create' })).rejects.toMatchObject({
    kind: 'Throttled',
  });
  await expect(memory.head('a')).rejects.toMatchObject({ kind: 'NotFound' });
  await expect(store.put('a', body, { mode: 'create' })).rejects.toMatchObject({
    kind: 'Unavailable',
  });
  expect((await memory.head('a')).size).toBe(10);
  await store.head('a');
});

test('a rule meets the calls it is meant for, after those it skips, as often as it says', async () => {
  const { store } = setUp();
  store.inject({
    when: ({ operation, key }) => operation === 'put' && key.startsWith('x'),
    skip: 1,
    times: 2,
    fault: { kind: 'fail' },
  });
  const outcomes: string[] = [];
  for (const key of ['y', 'x1', 'y', 'x2', 'x3', 'x4']) {
    await store.put(key, body, { mode: 'overwrite' }).then(
      () => outcomes.push('stored'),
      () => outcomes.push('failed'),
    );
  }
  expect(outcomes).toEqual(['stored', 'stored', 'stored', 'failed', 'failed', 'stored']);
  expect(store.calls).toHaveLength(6);
});

test('silence lasts until the abort', async () => {
  const { memory, store } = setUp();
  store
    .inject({ fault: { kind: 'silence' } })
    .inject({ fault: { kind: 'lose-answer', silent: true } });
  for (const stored of [false, true]) {
    const controller = new AbortController();
    const call = store.put('a', body, { mode: 'create', signal: controller.signal });
    setImmediate(() => controller.abort('enough'));
    await expect(call).rejects.toBe('enough');
    const found = await memory.head('a').then(
      () => true,
      () => false,
    );
    expect(found).toBe(stored);
  }
});

test.each([0, 4, 10])('a body is cut after %d bytes', async (after) => {
  const { store } = setUp();
  await store.put('a', body, { mode: 'create' });
  store.inject({ fault: { kind: 'cut-body', after } });
  const chunks: Uint8Array[] = [];
  const reading = (async () => {
    for await (const chunk of (await store.get('a')).body) chunks.push(chunk);
  })();
  await expect(reading).rejects.toMatchObject({ kind: 'Unavailable' });
  expect(String(Buffer.concat(chunks))).toBe('0123456789'.slice(0, after));
  expect(await readBody(await store.get('a'), 10)).toEqual(body);
});

test('latency and delays pass before the store is reached', async () => {
  const { memory, clock, store } = setUp(20);
  store.inject({ fault: { kind: 'delay', ms: 30 } });
  const call = store.put('a', body, { mode: 'create' });
  await clock.advance(49);
  await expect(memory.head('a')).rejects.toMatchObject({ kind: 'NotFound' });
  await clock.advance(1);
  await call;
});

test('a healed store has no faults left', async () => {
  const { store } = setUp();
  store.inject({ fault: { kind: 'fail' }, times: 100 });
  store.heal();
  await store.put('a', body, { mode: 'create' });
});
