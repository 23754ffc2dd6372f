import { FaultyObjectStore } from '../../testing';
import { type ObjectStore } from '../object-store';
import { MemoryStore } from '../providers/memory/memory.store';
import { readBody } from '../read-body';
import { StoreError, type StoreErrorKind } from '../store-error';
import { withRetry } from './with-retry';

const options = { attempts: 4, baseMs: 100, maxMs: 250 };

function setUp(store: ObjectStore = new MemoryStore(), random = 0.5) {
  const faulty = new FaultyObjectStore(store);
  const slept: number[] = [];
  const sleep = async (ms: number, signal?: AbortSignal) => {
    slept.push(ms);
    signal?.throwIfAborted();
  };
  return { faulty, slept, store: withRetry(faulty, options, { sleep, random: () => random }) };
}

const body = Buffer.from('x');

test.each(['Throttled', 'Unavailable', 'Timeout'] as StoreErrorKind[])(
  '%s is tried again, a bounded number of times',
  async (error) => {
    const { store, faulty, slept } = setUp();
    faulty.inject({ fault: { kind: 'fail', error }, times: 3 });
    await store.put('key', body, { mode: 'create' });
    expect(slept).toHaveLength(3);

    faulty.inject({ fault: { kind: 'fail', error }, times: 100 });
    await expect(store.head('key')).rejects.toMatchObject({ kind: error });
    expect(slept).toHaveLength(6);
  },
);

test.each([
  'NotFound',
  'AlreadyExists',
  'PreconditionFailed',
  'Unauthenticated',
  'PermissionDenied',
  'Rejected',
] as StoreErrorKind[])('%s is an answer and comes at once', async (error) => {
  const { store, faulty, slept } = setUp();
  faulty.inject({ fault: { kind: 'fail', error } });
  await expect(store.put('key', body, { mode: 'create' })).rejects.toMatchObject({ kind: error });
  expect(slept).toEqual([]);
});

test('what is no error of the store comes at once', async () => {
  const { store, faulty, slept } = setUp();
  faulty.head = () => Promise.reject(new TypeError('a bug'));
  await expect(store.head('key')).rejects.toThrow(TypeError);
  expect(slept).toEqual([]);
});

test.each([
  [0, [50, 100, 125]],
  [0.999, [99.95, 199.9, 249.875]],
])('waits double up to the longest, their upper half by chance (%d)', async (random, expected) => {
  const { store, faulty, slept } = setUp(new MemoryStore(), random);
  faulty.inject({ fault: { kind: 'fail' }, times: 100 });
  await expect(store.get('key')).rejects.toThrow(StoreError);
  expect(slept.map((ms) => Number(ms.toFixed(3)))).toEqual(expected);
});

test('a create whose answer was lost meets its own object and says AlreadyExists', async () => {
  const memory = new MemoryStore();
  const { store, faulty } = setUp(memory);
  faulty.inject({ fault: { kind: 'lose-answer' } });
  await expect(store.put('key', body, { mode: 'create' })).rejects.toMatchObject({
    kind: 'AlreadyExists',
  });
  expect(await readBody(await memory.get('key'), 10)).toEqual(body);
});

test('a swap whose answer was lost says PreconditionFailed', async () => {
  const memory = new MemoryStore();
  const { store, faulty } = setUp(memory);
  const { tag } = await store.put('key', body, { mode: 'create' });
  faulty.inject({ fault: { kind: 'lose-answer' } });
  const swap = store.put('key', Buffer.from('y'), { mode: { ifMatch: tag } });
  await expect(swap).rejects.toMatchObject({ kind: 'PreconditionFailed' });
  expect(String(await readBody(await memory.get('key'), 10))).toBe('y');
});

test('a streamed body is opened anew for every try', async () => {
  const memory = new MemoryStore();
  const { store, faulty } = setUp(memory);
  faulty.inject({ fault: { kind: 'lose-answer' }, times: 2 });
  let opened = 0;
  const streamed = {
    size: 1,
    async *open() {
      opened++;
      yield body;
    },
  };
  await store.put('key', streamed, { mode: 'overwrite' });
  expect(opened).toBe(3);
  expect(await readBody(await memory.get('key'), 10)).toEqual(body);
});

test('a body that breaks is not taken up again', async () => {
  const { store, faulty, slept } = setUp();
  await store.put('key', Buffer.alloc(10), { mode: 'create' });
  faulty.inject({
    when: ({ operation }) => operation === 'get',
    fault: { kind: 'cut-body', after: 5 },
  });
  const object = await store.get('key');
  await expect(readBody(object, 10)).rejects.toMatchObject({ kind: 'Unavailable' });
  expect(slept).toEqual([]);
});

async function keysOf(store: ObjectStore) {
  const keys: string[] = [];
  for await (const { key } of store.list('')) keys.push(key);
  return keys;
}

test('a list that breaks goes on behind the last key, and every key earns new tries', async () => {
  const memory = new MemoryStore();
  const { store, faulty } = setUp(memory);
  const names = Array.from({ length: 20 }, (_, i) => `k${String(i).padStart(2, '0')}`);
  for (const name of names) await memory.put(name, body, { mode: 'create' });
  faulty.inject({ fault: { kind: 'cut-body', after: 3 }, times: 6 });
  faulty.inject({ fault: { kind: 'fail' }, times: 2 });
  expect(await keysOf(store)).toEqual(names);
});

test('a list without order is begun again only as long as it has given nothing', async () => {
  const memory = new MemoryStore({ capabilities: { orderedList: false } });
  const { store, faulty } = setUp(memory);
  for (const name of ['a', 'b']) await memory.put(name, body, { mode: 'create' });
  faulty.inject({ fault: { kind: 'fail' } });
  expect((await keysOf(store)).sort()).toEqual(['a', 'b']);
  faulty.inject({ fault: { kind: 'cut-body', after: 1 } });
  await expect(keysOf(store)).rejects.toMatchObject({ kind: 'Unavailable' });
});

test('an abort ends the waiting with its reason', async () => {
  const { store, faulty } = setUp();
  const controller = new AbortController();
  const reason = new Error('enough');
  faulty.head = () => {
    controller.abort(reason);
    return Promise.reject(new StoreError('Unavailable', 'key', 'down'));
  };
  await expect(store.head('key', { signal: controller.signal })).rejects.toBe(reason);
});
