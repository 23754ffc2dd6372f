import assert from 'node:assert/strict';
import {
  assertBytes,
  assertRefused,
  bytes,
  listed,
  listedKeys,
  noise,
  put,
  read,
  glance,
} from './actions';
import { type ContractCase } from './contract-case';

export const ODD_NAMES: readonly string[] = [
  'with space',
  'per%20cent%',
  'plus+and&=?#',
  'quote\'"`',
  'tilde~!@$^*(),;:',
  'brackets[]{}<>|',
  'grüße',
  '日本語',
  '🙂🚀',
  '\u{FF00}-behind-the-surrogates',
  '...dots',
  '-dash',
  'a.b.c',
  'x'.repeat(255),
  'é'.repeat(127),
];

export const propertyCases: readonly ContractCase[] = [
  {
    name: 'metadata: come back as they were given, with get and head',
    async run({ store, key }) {
      const metadata = { 'last-txid': '42', checksum: 'a=b; c, "d" \\ ~!', empty: '' };
      for (const [mode, size] of [
        ['create', 10],
        ['overwrite', 10],
        ['create', 200_000],
      ] as const) {
        const name = key(`kept/${mode}/${size}`);
        await store.put(name, noise(size), { mode, metadata });
        assert.deepEqual((await store.head(name)).metadata, metadata);
        assert.deepEqual((await glance(store, name)).metadata, metadata);
      }
    },
  },
  {
    name: 'metadata: belong to their version and end with it',
    async run({ store, key }) {
      const name = key('replaced');
      await store.put(name, bytes('same'), { mode: 'overwrite', metadata: { a: '1', b: '2' } });
      await store.put(name, bytes('same'), { mode: 'overwrite', metadata: { a: '3' } });
      assert.deepEqual((await store.head(name)).metadata, { a: '3' });
      await store.put(name, bytes('same'), { mode: 'overwrite' });
      assert.deepEqual((await store.head(name)).metadata, {});
      await store.put(name, bytes('same'), { mode: 'overwrite', metadata: { a: '4' } });
      await store.deleteMany([name]);
      await store.put(name, bytes('same'), { mode: 'create' });
      assert.deepEqual((await store.head(name)).metadata, {});
    },
  },
  {
    name: 'metadata: 2 KiB fit; what the port does not allow is refused with Rejected',
    async run({ store, key }) {
      const full = { name: 'v'.repeat(2044) };
      await store.put(key('full'), bytes('x'), { mode: 'create', metadata: full });
      assert.deepEqual((await store.head(key('full'))).metadata, full);
      const refused: Record<string, string>[] = [
        { Upper: 'x' },
        { under_score: 'x' },
        { '': 'x' },
        { a: ' x' },
        { a: 'x ' },
        { a: 'ü' },
        { a: 'x\n' },
        { name: 'v'.repeat(2045) },
      ];
      for (const metadata of refused) {
        const name = key('refused');
        await assertRefused(
          store.put(name, bytes('x'), { mode: 'create', metadata }),
          name,
          'Rejected',
        );
      }
      await assertRefused(store.head(key('refused')), key('refused'), 'NotFound');
    },
  },
  {
    name: 'time: comes back to the millisecond, with get, head and list',
    async run({ store, key }) {
      const times = [0, 1, 999, 1_000_000_000_001, 1_699_999_999_999, 2_000_000_000_123];
      for (let i = 0; i < 40; i++) times.push(1_700_000_000_000 + i * 7_919);
      for (const [i, time] of times.entries()) {
        const name = key(`times/${i}`);
        await store.put(name, i % 5 === 0 ? noise(70_000) : bytes('x'), { mode: 'create', time });
        assert.equal((await store.head(name)).time, time);
        assert.equal((await glance(store, name)).time, time);
      }
      for (const object of await listed(store, key('times/'))) {
        if (object.time === undefined) continue;
        const i = Number(object.key.slice(object.key.lastIndexOf('/') + 1));
        assert.equal(object.time, times[i], 'list tells another time');
      }
    },
  },
  {
    name: 'time: left out, it is the moment of the write; a time that is none is refused',
    async run({ store, key }) {
      const day = 86_400_000;
      await put(store, key('now'), bytes('x'));
      const { time } = await store.head(key('now'));
      assert.ok(Math.abs(time - Date.now()) < day, `${time} is not now`);
      for (const wrong of [-1, 1.5, Number.NaN, Infinity, 9e15]) {
        const name = key('wrong');
        const call = store.put(name, bytes('x'), { mode: 'create', time: wrong });
        await assertRefused(call, name, 'Rejected');
      }
    },
  },
  {
    name: 'keys: odd names are stored, listed and deleted as they are',
    async run({ store, key }) {
      const names = ODD_NAMES.flatMap((name) => [
        key(`odd/${name}`),
        key(`folders/${name}/${name}`),
      ]);
      for (const name of names) await put(store, name, bytes(name), 'create');
      for (const name of names) assertBytes(await read(store, name), bytes(name), name);
      assert.deepEqual(new Set(await listedKeys(store, key(''))), new Set(names));
      await store.deleteMany(names);
      assert.deepEqual(await listedKeys(store, key('')), []);
    },
  },
  {
    name: 'keys: what is no key is refused with Rejected by every call',
    async run({ store, key }) {
      const wrong = [
        '',
        '/',
        '/a',
        'a/',
        'a//b',
        '.',
        '..',
        'a/./b',
        'a/../b',
        '../a',
        'a\\b',
        'a\0b',
        'x'.repeat(256),
        'é'.repeat(128),
        'half \ud83d',
      ];
      await put(store, key('victim'), bytes('x'));
      for (const name of [...wrong, `${key('victim')}/../victim`]) {
        await assertRefused(put(store, name, bytes('y')), name, 'Rejected');
        await assertRefused(store.get(name), name, 'Rejected');
        await assertRefused(store.head(name), name, 'Rejected');
        await assertRefused(store.deleteMany([name]), name, 'Rejected');
      }
      const outside = `${key('')}../`;
      await assertRefused(listed(store, outside), outside, 'Rejected');
      assertBytes(await read(store, key('victim')), bytes('x'), 'the object beside');
    },
  },
];
