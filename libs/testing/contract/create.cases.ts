import assert from 'node:assert/strict';
import { assertBytes, assertRefused, bytes, noise, put, race, read } from './actions';
import { type ContractCase } from './contract-case';

const conditional: ContractCase['applies'] = ({ store }) => store.capabilities.conditionalCreate;

export const createCases: readonly ContractCase[] = [
  {
    name: 'create: exactly one of many racers wins, and the object is the winner’s',
    applies: conditional,
    async run({ store, key, options }) {
      for (let round = 0; round < options.rounds; round++) {
        const name = key(`race/${round}`);
        const contend = (racer: number) =>
          store.put(name, bytes(`racer ${racer}`), { mode: 'create' });
        const { winner, tag } = await race(options.racers, contend, 'AlreadyExists');
        assertBytes(await read(store, name), bytes(`racer ${winner}`), 'the stored object');
        assert.equal((await store.head(name)).tag, tag, 'the tag is not the winner’s');
      }
    },
  },
  {
    name: 'create: racers with metadata leave the winner’s beside the winner’s bytes',
    applies: conditional,
    async run({ store, key, options }) {
      for (let round = 0; round < options.rounds; round++) {
        const name = key(`race/${round}`);
        const contend = (racer: number) =>
          store.put(name, bytes(`racer ${racer}`), {
            mode: 'create',
            ...(racer % 3 === 0 ? {} : { metadata: { racer: `${racer}` } }),
          });
        const { winner } = await race(options.racers, contend, 'AlreadyExists');
        const { metadata } = await store.head(name);
        assert.deepEqual(metadata, winner % 3 === 0 ? {} : { racer: `${winner}` });
        assertBytes(await read(store, name), bytes(`racer ${winner}`), 'the stored object');
      }
    },
  },
  {
    name: 'create: an existing object is refused with AlreadyExists and stays as it is',
    async run({ store, key }) {
      for (const first of [bytes('first'), bytes(''), noise(200_000)]) {
        const name = key(`existing/${first.byteLength}`);
        const tag = await put(store, name, first, 'create');
        await assertRefused(put(store, name, bytes('second'), 'create'), name, 'AlreadyExists');
        await assertRefused(put(store, name, first, 'create'), name, 'AlreadyExists');
        assertBytes(await read(store, name), first, 'the first object');
        assert.equal((await store.head(name)).tag, tag, 'the tag changed');
      }
    },
  },
  {
    name: 'create: a key is free again once its object is deleted',
    async run({ store, key }) {
      const name = key('again');
      await put(store, name, bytes('first'), 'create');
      await store.deleteMany([name]);
      await put(store, name, bytes('second'), 'create');
      assertBytes(await read(store, name), bytes('second'), 'the second object');
    },
  },
];
