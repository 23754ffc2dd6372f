import { FaultyObjectStore, ManualClock, type Fault } from '../../testing';
import { MemoryStore } from '../providers/memory/memory.store';
import { readBody } from '../read-body';
import { withDeadline } from './with-deadline';

const callMs = 1000;
const stallMs = 300;

async function setUp(fault?: Fault) {
  const clock = new ManualClock();
  const memory = new MemoryStore();
  await memory.put('key', Buffer.alloc(3 << 20, 7), { mode: 'create' });
  const faulty = new FaultyObjectStore(memory, { clock });
  if (fault) faulty.inject({ fault });
  return { clock, memory, faulty, store: withDeadline(faulty, { callMs, stallMs }, clock) };
}

/** Whether a call is over, seen from outside. */
function watch<T>(call: Promise<T>) {
  const state = { over: false };
  const end = () => void (state.over = true);
  call.then(end, end);
  return state;
}

test.each([
  ['get', (store) => store.get('key')],
  ['head', (store) => store.head('key')],
  ['list', (store) => store.list('')[Symbol.asyncIterator]().next()],
  ['deleteMany', (store) => store.deleteMany(['key'])],
  ['put', (store) => store.put('key', Buffer.alloc(0), { mode: 'overwrite' })],
] as [string, (store: ReturnType<typeof withDeadline>) => Promise<unknown>][])(
  'a silent %s ends in Timeout after its time, and no sooner',
  async (_name, call) => {
    const { clock, store } = await setUp({ kind: 'silence' });
    const outcome = call(store);
    const state = watch(outcome);
    await clock.advance(callMs - 1);
    expect(state.over).toBe(false);
    await clock.advance(1);
    await expect(outcome).rejects.toMatchObject({ kind: 'Timeout', transient: true });
    expect(clock.sleeping).toBe(0);
  },
);

test('a store that ignores its signal is left behind', async () => {
  const { clock, memory } = await setUp();
  memory.head = () => new Promise(() => undefined);
  const outcome = withDeadline(memory, { callMs, stallMs }, clock).head('key');
  const state = watch(outcome);
  await clock.advance(callMs);
  expect(state.over).toBe(true);
  await expect(outcome).rejects.toMatchObject({ kind: 'Timeout' });
});

test('a body that falls silent ends in Timeout', async () => {
  const { clock, store } = await setUp({ kind: 'cut-body', after: 1_500_000, silent: true });
  const outcome = readBody(await store.get('key'), 1e9);
  const state = watch(outcome);
  await clock.advance(stallMs - 1);
  expect(state.over).toBe(false);
  await clock.advance(1);
  await expect(outcome).rejects.toMatchObject({ kind: 'Timeout', key: 'key' });
});

test('a list that falls silent between pages ends in Timeout', async () => {
  const { clock, store, memory } = await setUp({ kind: 'cut-body', after: 2, silent: true });
  for (const key of ['a', 'b', 'c']) await memory.put(key, Buffer.from('x'), { mode: 'create' });
  const seen: string[] = [];
  const outcome = (async () => {
    for await (const { key } of store.list('')) seen.push(key);
  })();
  watch(outcome);
  await clock.advance(callMs);
  await expect(outcome).rejects.toMatchObject({ kind: 'Timeout' });
  expect(seen).toEqual(['a', 'b']);
});

test('the time a reader takes between two chunks is not the store’s', async () => {
  const { clock, store } = await setUp();
  let bytes = 0;
  for await (const chunk of (await store.get('key')).body) {
    bytes += chunk.byteLength;
    await clock.advance(10 * stallMs);
  }
  expect(bytes).toBe(3 << 20);
});

test('a large upload gets the time it needs at the slowest rate worth waiting for', async () => {
  const { clock, store } = await setUp({ kind: 'silence' });
  const outcome = store.put('big', Buffer.alloc(10 * 64 * 1024), { mode: 'create' });
  const state = watch(outcome);
  await clock.advance(callMs + 9_999);
  expect(state.over).toBe(false);
  await clock.advance(1);
  await expect(outcome).rejects.toMatchObject({ kind: 'Timeout' });
});

test('a streamed upload goes on as long as chunks are taken, and ends in Timeout when they are not', async () => {
  const { clock, memory } = await setUp();
  const taken: number[] = [];
  const inner = new FaultyObjectStore(memory);
  inner.put = async (_key, body) => {
    if (body instanceof Uint8Array) throw new Error('a stream is expected');
    for await (const chunk of body.open()) {
      taken.push(chunk.byteLength);
      await clock.sleep(taken.length <= 5 ? callMs - 1 : Infinity);
    }
    return { tag: 'none' };
  };
  const body = {
    size: 10,
    async *open() {
      for (let i = 0; i < 10; i++) yield Buffer.alloc(1);
    },
  };
  const outcome = withDeadline(inner, { callMs, stallMs }, clock).put('key', body, {
    mode: 'create',
  });
  const state = watch(outcome);
  await clock.advance(5 * (callMs - 1) + callMs - 1);
  expect(state.over).toBe(false);
  await clock.advance(2000);
  await expect(outcome).rejects.toMatchObject({ kind: 'Timeout' });
  expect(taken).toHaveLength(6);
});

test('the caller’s own abort comes through with its reason, in calls and in bodies', async () => {
  const { store } = await setUp({ kind: 'silence' });
  const reason = new Error('enough');
  const first = new AbortController();
  const outcome = store.head('key', { signal: first.signal });
  first.abort(reason);
  await expect(outcome).rejects.toBe(reason);

  const second = new AbortController();
  const { body } = await store.get('key', { signal: second.signal });
  const chunks = body[Symbol.asyncIterator]();
  await chunks.next();
  second.abort(reason);
  await expect(chunks.next()).rejects.toBe(reason);
});

test('no timer and no listener stays behind', async () => {
  const { clock, store } = await setUp();
  const { signal } = new AbortController();
  let listeners = 0;
  const add = signal.addEventListener.bind(signal);
  const remove = signal.removeEventListener.bind(signal);
  signal.addEventListener = (...args: Parameters<typeof add>) => (listeners++, add(...args));
  signal.removeEventListener = (...args: Parameters<typeof remove>) => (
    listeners--,
    remove(...args)
  );
  await store.head('key', { signal });
  await store.put('other', Buffer.from('x'), { mode: 'create', signal });
  await store.head('absent', { signal }).catch(() => undefined);
  await readBody(await store.get('key', { signal }), 1e9);
  for await (const _ of (await store.get('key', { signal })).body) break;
  for await (const _ of store.list('', { signal })) break;
  await store.deleteMany(['key'], { signal });
  expect(clock.sleeping).toBe(0);
  expect(listeners).toBe(0);
});
