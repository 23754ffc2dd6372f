import assert from 'node:assert/strict';
import { assertBytes, assertRefused, bytes, noise, put, race, read, glance } from './actions';
import { type ContractCase } from './contract-case';

const swaps: ContractCase['applies'] = ({ store }) => store.capabilities.compareAndSwap;

export const swapCases: readonly ContractCase[] = [
  {
    name: 'tag: put, get, head and a ranged get name one version alike',
    async run({ store, key }) {
      for (const size of [0, 5, 65_536, 65_537, 2_000_000]) {
        const name = key(`alike/${size}`);
        const tag = await put(store, name, noise(size));
        assert.equal((await glance(store, name)).tag, tag, `get, ${size} bytes`);
        const ranged = await glance(store, name, { range: { offset: 1, length: 1 } });
        assert.equal(ranged.tag, tag, `ranged get, ${size} bytes`);
        assert.equal((await store.head(name)).tag, tag, `head, ${size} bytes`);
        assert.equal((await store.head(name)).tag, tag, `head again, ${size} bytes`);
      }
    },
  },
  {
    name: 'tag: every change of the bytes changes it, wherever it is and though the size stays',
    async run({ store, key }) {
      for (const size of [3, 300_000]) {
        const name = key(`changes/${size}`);
        const content = noise(size);
        const tags = new Set([await put(store, name, content)]);
        for (const at of [0, size >> 1, size - 1]) {
          content[at]! ^= 0xff;
          tags.add(await put(store, name, content));
        }
        assert.equal(tags.size, 4, `${4 - tags.size} changes of ${size} bytes went unseen`);
      }
    },
  },
  {
    name: 'ifMatch: the current tag is accepted, from whichever call it came',
    applies: swaps,
    async run({ store, key }) {
      for (const size of [20, 100_000]) {
        const name = key(`current/${size}`);
        let tag = await put(store, name, noise(size, 1));
        tag = await put(store, name, noise(size, 2), { ifMatch: tag });
        assert.equal((await store.head(name)).tag, tag);
        await put(store, name, noise(size, 3), { ifMatch: (await glance(store, name)).tag });
        await put(store, name, noise(size, 4), { ifMatch: (await store.head(name)).tag });
        assertBytes(await read(store, name), noise(size, 4), 'the last version');
      }
    },
  },
  {
    name: 'ifMatch: a stale tag is refused with PreconditionFailed and changes nothing',
    applies: swaps,
    async run({ store, key }) {
      const name = key('stale');
      const stale = await put(store, name, bytes('one'));
      const current = await put(store, name, bytes('two'), { ifMatch: stale });
      await assertRefused(
        put(store, name, bytes('three'), { ifMatch: stale }),
        name,
        'PreconditionFailed',
      );
      assertBytes(await read(store, name), bytes('two'), 'the object');
      assert.equal((await store.head(name)).tag, current, 'the tag changed');
    },
  },
  {
    name: 'ifMatch: exactly one of many racers on a known tag wins',
    applies: swaps,
    async run({ store, key, options }) {
      for (let round = 0; round < options.rounds; round++) {
        const name = key(`race/${round}`);
        const known = await put(store, name, bytes('start'));
        const contend = (racer: number) =>
          store.put(name, bytes(`racer ${racer}`), {
            mode: { ifMatch: known },
            metadata: { racer: `${racer}` },
          });
        const { winner, tag } = await race(options.racers, contend, 'PreconditionFailed');
        const object = await store.head(name);
        assert.equal(object.tag, tag, 'the tag is not the winner’s');
        assert.deepEqual(object.metadata, { racer: `${winner}` });
        assertBytes(await read(store, name), bytes(`racer ${winner}`), 'the stored object');
      }
    },
  },
  {
    name: 'ifMatch: an absent key is refused with PreconditionFailed and stays absent',
    applies: swaps,
    async run({ store, key }) {
      const [gone, never] = [key('gone'), key('folder/never')];
      const tag = await put(store, gone, bytes('x'));
      await store.deleteMany([gone]);
      for (const name of [gone, never]) {
        await assertRefused(
          put(store, name, bytes('y'), { ifMatch: tag }),
          name,
          'PreconditionFailed',
        );
        await assertRefused(store.head(name), name, 'NotFound');
      }
    },
  },
];
