import fc from 'fast-check';
import { compareKeys } from '../keys';
import { type ListOptions, type ObjectStore } from '../object-store';
import { MemoryStore } from '../providers/memory/memory.store';
import { readBody } from '../read-body';
import { bucketLayout, fromBucketKey, toBucketKey } from './bucket-layout';
import { counted } from './counted';
import { RequestCounter } from './request-counter';

const file = (txid: number) => {
  const hex = txid.toString(16).padStart(16, '0');
  return `${hex}-${hex}.ltx`;
};
const body = Buffer.from('x');

async function keys(store: ObjectStore, prefix: string, options?: ListOptions): Promise<string[]> {
  const found: string[] = [];
  for await (const { key } of store.list(prefix, options)) found.push(key);
  return found;
}

test('the log lies where Litestream looks for it in a bucket, and everything else where it is', async () => {
  const memory = new MemoryStore();
  const store = bucketLayout(memory);
  for (const key of [`ltx/0/${file(1)}`, `ltx/9/${file(255)}`, 'replica.json', 'ltx/10/x'])
    await store.put(key, body, { mode: 'create' });
  expect(await keys(memory, '')).toEqual([
    `0000/${file(1)}`,
    `0009/${file(255)}`,
    'ltx/10/x',
    'replica.json',
  ]);
});

test('get, head and list name objects by our keys, deleteMany takes them', async () => {
  const memory = new MemoryStore();
  const store = bucketLayout(memory);
  const key = `ltx/1/${file(7)}`;
  await store.put(key, Buffer.from('abc'), { mode: 'create' });
  const object = await store.get(key);
  expect(object.key).toBe(key);
  expect(String(await readBody(object, 10))).toBe('abc');
  expect((await store.head(key)).key).toBe(key);
  await store.deleteMany([key]);
  expect(await keys(memory, '')).toEqual([]);
});

test('errors name the key that a person finds in the bucket', async () => {
  const store = bucketLayout(new MemoryStore());
  await expect(store.head(`ltx/0/${file(3)}`)).rejects.toMatchObject({ key: `0000/${file(3)}` });
});

test('a key that would meet a file of the log is refused, and what no key leads to is not seen', async () => {
  const memory = new MemoryStore();
  const store = bucketLayout(memory);
  await memory.put(`ltx/0/${file(1)}`, body, { mode: 'create' });
  await expect(store.put(`0000/${file(1)}`, body, { mode: 'create' })).rejects.toMatchObject({
    kind: 'Rejected',
  });
  await expect(store.get(`ltx/0/${file(1)}`)).rejects.toMatchObject({ kind: 'NotFound' });
  for (const prefix of ['', 'l', 'ltx/', 'ltx/0/', '0', '0000/']) {
    expect(await keys(store, prefix)).toEqual([]);
  }
});

const segment = fc.constantFrom('ltx', '0', '1', '9', '10', '0000', '0009', '000a', 'a', 'z', '!');
const key = fc.array(segment, { minLength: 1, maxLength: 4 }).map((parts) => parts.join('/'));
const inLevel = fc
  .tuple(fc.constantFrom('0', '1', '9'), segment)
  .map(([level, name]) => `ltx/${level}/${name}`);
const ours = fc.oneof(inLevel, key).filter((name) => !/^000[0-9]\//.test(name));

test('a key and its stored key name each other', () => {
  fc.assert(
    fc.property(ours, (name) => {
      expect(fromBucketKey(toBucketKey(name))).toBe(name);
    }),
  );
  fc.assert(
    fc.property(key, (stored) => {
      const name = fromBucketKey(stored);
      if (name === undefined) expect(stored).toMatch(/^ltx\/[0-9]\//);
      else expect(toBucketKey(name)).toBe(stored);
    }),
  );
});

test.each([
  ['in order, from the middle', {}],
  ['in order', { listAfter: false }],
  ['in no order', { orderedList: false, listAfter: false }],
])(
  'any listing is that of a store without this layout (a store that lists %s)',
  async (_, caps) => {
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(ours, { maxLength: 12 }),
        fc.array(key, { maxLength: 3 }),
        fc.constantFrom(
          '',
          '0',
          '000',
          '0000/',
          'a',
          'l',
          'ltx',
          'ltx/',
          'ltx/0',
          'ltx/0/',
          'ltx/1',
        ),
        fc.option(
          fc.oneof(key, inLevel, fc.constantFrom('ltx/', 'ltx/0/', 'ltx/0/a/z', '!', 'zz')),
          {
            nil: undefined,
          },
        ),
        async (names, foreign, prefix, startAfter) => {
          const bucket = new MemoryStore({ capabilities: caps });
          for (const stored of foreign)
            if (fromBucketKey(stored) === undefined)
              await bucket.put(stored, body, { mode: 'overwrite' });
          const store = bucketLayout(bucket);
          for (const name of names) await store.put(name, body, { mode: 'create' });
          const expected = names
            .filter((name) => name.startsWith(prefix))
            .filter((name) => startAfter === undefined || compareKeys(name, startAfter) > 0)
            .sort(compareKeys);
          const found = await keys(store, prefix, startAfter === undefined ? {} : { startAfter });
          if (!bucket.capabilities.orderedList) found.sort(compareKeys);
          expect(found).toEqual(expected);
        },
      ),
      { numRuns: 300 },
    );
  },
);

test('a listing of a level costs no more requests than without this layout', async () => {
  const counter = new RequestCounter();
  const store = bucketLayout(counted(new MemoryStore(), counter));
  await store.put(`ltx/0/${file(1)}`, body, { mode: 'create' });
  await keys(store, 'ltx/0/', { startAfter: 'ltx/0/0' });
  expect(counter.snapshot().life.counts.list).toBe(1);
});
