import assert from 'node:assert/strict';
import { compareKeys } from '../../storage';
import { bytes, inParallel, listed, listedKeys, put } from './actions';
import { type ContractCase, type ContractContext } from './contract-case';
import { ODD_NAMES } from './property.cases';

/** Names that sort otherwise as paths, as UTF-16, or without regard to case. */
const TRICKY = ['a!', 'a/b', 'a/b!', 'a0', 'A', 'b-/x', 'b', 'B/x', 'aa/b', 'é', 'z', 'Z', '~'];

async function fill({ store, options }: ContractContext, keys: readonly string[]) {
  await inParallel(keys, options.parallel, (key) => put(store, key, bytes(key), 'create'));
  return [...keys].sort(compareKeys);
}

function assertListed(
  context: ContractContext,
  found: readonly string[],
  expected: readonly string[],
) {
  assert.equal(new Set(found).size, found.length, 'a key was listed twice');
  assert.equal(found.length, expected.length, 'wrong number of keys');
  const comparable = context.store.capabilities.orderedList ? found : [...found].sort(compareKeys);
  const at = comparable.findIndex((key, i) => key !== expected[i]);
  if (at >= 0) assert.fail(`at ${at}: ${comparable[at]} instead of ${expected[at]}`);
}

export const listCases: readonly ContractCase[] = [
  {
    name: 'list: thousands of keys come exactly once, in bytewise order, with their sizes',
    async run(context) {
      const { store, key, options } = context;
      const many = Array.from({ length: options.listed }, (_, i) => {
        const hex = i.toString(16).padStart(16, '0');
        return key(`many/${i % 3}/${hex}-${hex}.ltx`);
      });
      const keys = [...many, ...[...TRICKY, ...ODD_NAMES].map((name) => key(`many/${name}`))];
      const expected = await fill(context, keys);
      const found = await listed(store, key('many/'));
      assertListed(
        context,
        found.map((object) => object.key),
        expected,
      );
      for (const object of found) {
        assert.equal(object.size, Buffer.byteLength(object.key), `size of ${object.key}`);
      }
      for (const at of [0, 999, 1000, 1001, expected.length - 2, expected.length - 1]) {
        const startAfter = expected[Math.min(at, expected.length - 1)]!;
        const rest = expected.filter((name) => compareKeys(name, startAfter) > 0);
        assertListed(context, await listedKeys(store, key('many/'), { startAfter }), rest);
      }
    },
  },
  {
    name: 'list: startAfter is exclusive and need not be a key',
    async run(context) {
      const { store, key } = context;
      const expected = await fill(
        context,
        [...TRICKY, 'm/1', 'm/2', 'm/n/1'].map((name) => key(`s/${name}`)),
      );
      const starts = [
        ...expected,
        ...[
          '',
          'a',
          'a/',
          'a/a',
          'a/c',
          'b-',
          'm',
          'm/',
          'm/1/x',
          'm/n',
          'm/n/',
          'm/o',
          '\u{1F600}',
          'zz',
        ].map((name) => key(`s/${name}`)),
        '!',
        '\u{10FFFF}',
      ];
      for (const startAfter of starts) {
        const rest = expected.filter((name) => compareKeys(name, startAfter) > 0);
        assertListed(context, await listedKeys(store, key('s/'), { startAfter }), rest);
      }
    },
  },
  {
    name: 'list: a prefix may end anywhere in a key, and may match none',
    async run(context) {
      const { store, key } = context;
      const names = ['ab/1', 'ab/2', 'abc', 'abd/e/f', 'b', 'ab!'].map((name) => key(`p/${name}`));
      const expected = await fill(context, names);
      const prefixes = [
        '',
        'a',
        'ab',
        'ab/',
        'ab/1',
        'ab/1/',
        'abd/e',
        'abd/e/',
        'abd/e/f',
        'b/',
        'c',
        'no/such/folder/',
      ];
      for (const prefix of prefixes.map((name) => key(`p/${name}`))) {
        const matching = expected.filter((name) => name.startsWith(prefix));
        assertListed(context, await listedKeys(store, prefix), matching);
        assertListed(
          context,
          await listedKeys(store, prefix, { startAfter: key('p/ab/1') }),
          matching.filter((name) => compareKeys(name, key('p/ab/1')) > 0),
        );
      }
      assertListed(context, await listedKeys(store, key('p')), expected);
    },
  },
  {
    name: 'list: shows a write and a delete at once, and nothing of a prefix that vanished',
    async run({ store, key }) {
      for (const name of ['v/1', 'v/w/2'].map(key)) {
        await put(store, name, bytes('x'), 'create');
        assert.deepEqual(await listedKeys(store, name), [name]);
      }
      await store.deleteMany([key('v/1')]);
      assert.deepEqual(await listedKeys(store, key('v/')), [key('v/w/2')]);
      await store.deleteMany([key('v/w/2')]);
      assert.deepEqual(await listedKeys(store, key('v/')), []);
      assert.deepEqual(await listedKeys(store, key('v/w/')), []);
    },
  },
  {
    name: 'list: what is there all the while is listed exactly once, whatever comes and goes',
    async run(context) {
      const { store, key, options } = context;
      const staying = await fill(
        context,
        Array.from({ length: 60 }, (_, i) => key(`w/${i}/stays`)),
      );
      let changing = true;
      const change = async () => {
        for (let i = 0; changing; i = (i + 1) % 60) {
          const names = [key(`w/${i}/goes`), key(`w/${i}-goes/x`)];
          await Promise.all(names.map((name) => put(store, name, bytes('x'))));
          await store.deleteMany(names);
        }
      };
      const changes = change();
      changes.catch(() => undefined);
      try {
        for (let round = 0; round < options.rounds; round++) {
          const found = await listedKeys(store, key('w/'));
          assertListed(
            context,
            found.filter((name) => name.endsWith('/stays')),
            staying,
          );
        }
      } finally {
        changing = false;
        await changes;
      }
    },
  },
  {
    name: 'list: may be left early, and deleted from while it goes on',
    async run(context) {
      const { store, key } = context;
      const expected = await fill(
        context,
        Array.from({ length: 120 }, (_, i) => key(`e/${i}`)),
      );
      let count = 0;
      for await (const object of store.list(key('e/'))) {
        assert.ok(object.key.startsWith(key('e/')));
        if (++count === 10) break;
      }
      for await (const object of store.list(key('e/'))) await store.deleteMany([object.key]);
      assert.deepEqual(await listedKeys(store, key('e/')), []);
      assert.equal(expected.length, 120);
    },
  },
];
