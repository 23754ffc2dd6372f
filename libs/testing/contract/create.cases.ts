import assert from 'node:assert/strict';
import { readBody } from '../../storage';
import { assertBytes, assertRefused, bytes, noise, put, race, read, streamed } from './actions';
import { type ContractCase } from './contract-case';

const conditional: ContractCase['applies'] = ({ store }) => store.capabilities.conditionalCreate;

const MIB = 1 << 20;

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
    name: 'create: of two that upload a large object at the same time one wins, and it is whole',
    applies: conditional,
    async run({ store, key, options }) {
      const pieces = [1, 2].map((seed) => noise(MIB, seed));
      const count = Math.max(1, Math.floor(options.large / MIB));
      const name = key('large');
      const contend = (racer: number) =>
        store.put(
          name,
          streamed(count * MIB, () => repeat(pieces[racer]!, count)),
          { mode: 'create' },
        );
      const { winner, tag } = await race(2, contend, 'AlreadyExists');
      assert.equal((await store.head(name)).size, count * MIB);
      for (let piece = 0; piece < count; piece++) {
        const range = { offset: piece * MIB, length: MIB };
        const object = await store.get(name, { range });
        assert.equal(object.tag, tag, 'the tag is not the winner’s');
        assertBytes(await readBody(object, MIB), pieces[winner]!, `MiB ${piece}`);
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

function* repeat(piece: Uint8Array, count: number): Generator<Uint8Array> {
  for (let i = 0; i < count; i++) yield piece;
}
