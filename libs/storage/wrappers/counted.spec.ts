import { FaultyObjectStore } from '../../testing';
import { MemoryStore } from '../providers/memory/memory.store';
import { readBody } from '../read-body';
import { counted } from './counted';
import { RequestCounter } from './request-counter';

const NOVEMBER = Date.UTC(2026, 10, 30, 23, 59, 59);

function setUp(now = () => NOVEMBER) {
  const faulty = new FaultyObjectStore(new MemoryStore());
  const counter = new RequestCounter(now);
  return { faulty, counter, store: counted(faulty, counter) };
}

const body = Buffer.from('0123456789');

test('every request is counted by its class, and every byte of a body by its way', async () => {
  const { store, counter } = setUp();
  await store.put('a', body, { mode: 'create' });
  const streamed = {
    size: 10,
    async *open() {
      yield body.subarray(0, 4);
      yield body.subarray(4);
    },
  };
  await store.put('b', streamed, { mode: 'create' });
  await readBody(await store.get('a', { range: { offset: 3 } }), 10);
  await store.head('a');
  for await (const { key } of store.list('')) expect(key).toMatch(/^[ab]$/);
  await store.deleteMany(['a', 'b']);
  expect(counter.snapshot().life.counts).toEqual({
    put: 2,
    get: 1,
    list: 1,
    head: 1,
    delete: 1,
    bytesIn: 7,
    bytesOut: 20,
  });
});

test('a request that fails was sent all the same', async () => {
  const { store, counter, faulty } = setUp();
  faulty.inject({ fault: { kind: 'fail', error: 'Throttled' }, times: 2 });
  await expect(store.put('a', body, { mode: 'create' })).rejects.toThrow('Throttled');
  await expect(store.get('a')).rejects.toThrow('Throttled');
  await expect(store.head('a')).rejects.toThrow('NotFound');
  expect(counter.snapshot().life.counts).toMatchObject({ put: 1, get: 1, head: 1, bytesIn: 0 });
});

test.each([
  [0, 1],
  [1, 1],
  [1000, 1],
  [1001, 2],
  [2500, 3],
])('a listing of %d keys counts as %d pages', async (keys, pages) => {
  const { store, counter, faulty } = setUp();
  for (let i = 0; i < keys; i++) await faulty.put(`k${i}`, body, { mode: 'create' });
  let found = 0;
  for await (const { size } of store.list('')) found += size / 10;
  expect(found).toBe(keys);
  expect(counter.snapshot().life.counts.list).toBe(pages);
});

test('a listing given up early counts the pages it came to', async () => {
  const { store, counter, faulty } = setUp();
  for (let i = 0; i < 1500; i++) await faulty.put(`k${i}`, body, { mode: 'create' });
  for await (const { key } of store.list('')) if (key) break;
  expect(counter.snapshot().life.counts.list).toBe(1);
});

test('deletes count by the thousand, and none is no request', async () => {
  const { store, counter } = setUp();
  await store.deleteMany([]);
  expect(counter.snapshot().life.counts.delete).toBe(0);
  await store.deleteMany(Array.from({ length: 1001 }, (_, i) => `k${i}`));
  expect(counter.snapshot().life.counts.delete).toBe(2);
});

test('the month begins anew at its turn (UTC), the life goes on, and a clock set back throws nothing away', async () => {
  let now = NOVEMBER;
  const counter = new RequestCounter(() => now);
  counter.add('put', 3);
  expect(counter.snapshot().month).toMatchObject({ name: '2026-11', since: NOVEMBER });
  now += 1000;
  counter.add('put', 2);
  const december = counter.snapshot();
  expect(december.month).toMatchObject({ name: '2026-12', since: now, counts: { put: 2 } });
  expect(december.life).toMatchObject({ since: NOVEMBER, counts: { put: 5 } });
  now -= 60_000;
  counter.add('put', 1);
  expect(counter.snapshot().month).toMatchObject({ name: '2026-12', counts: { put: 3 } });
});

test('a snapshot does not change, and nobody can change it', () => {
  const { counter } = setUp();
  const before = counter.snapshot();
  counter.add('get');
  expect(before.life.counts.get).toBe(0);
  expect(() => Object.assign(before.month.counts, { get: 9 })).toThrow(TypeError);
});
