import assert from 'node:assert/strict';
import { assertBytes, assertRefused, bytes, inParallel, listedKeys, put, read } from './actions';
import { type ContractCase } from './contract-case';

export const deleteCases: readonly ContractCase[] = [
  {
    name: 'deleteMany: deletes what it is given and nothing else, over a thousand at once',
    async run({ store, key, options }) {
      const doomed = Array.from({ length: 1003 }, (_, i) => key(`d/${i % 2 ? 'x/' : ''}${i}`));
      const kept = ['d/1', 'd/x', 'dd', 'd/10035', 'd/x/'].map((name) => key(`${name}-kept`));
      const present = doomed.filter((_, i) => i % 10 === 0 || i > 990);
      await inParallel([...present, ...kept], options.parallel, (name) =>
        put(store, name, bytes(name)),
      );
      await store.deleteMany(doomed);
      assert.deepEqual(new Set(await listedKeys(store, key(''))), new Set(kept));
      for (const name of present.slice(-5)) {
        await assertRefused(store.get(name), name, 'NotFound');
        await assertRefused(store.head(name), name, 'NotFound');
      }
      for (const name of kept) assertBytes(await read(store, name), bytes(name), name);
    },
  },
  {
    name: 'deleteMany: absent keys, keys given twice, folders and no keys at all are no error',
    async run({ store, key }) {
      await put(store, key('folder/object'), bytes('x'));
      await put(store, key('twice'), bytes('x'));
      await store.deleteMany([]);
      await store.deleteMany([key('absent'), key('no/such/folder')]);
      await store.deleteMany([key('twice'), key('absent'), key('twice')]);
      await store.deleteMany([key('folder'), key('folder/object/below')]);
      assert.deepEqual(await listedKeys(store, key('')), [key('folder/object')]);
    },
  },
];
