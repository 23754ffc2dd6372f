import assert from 'node:assert/strict';
import {
  assertBytes,
  assertKind,
  assertRefused,
  bytes,
  noise,
  put,
  read,
  settled,
  glance,
} from './actions';
import { type ContractCase } from './contract-case';

const MIB = 1 << 20;

export const readCases: readonly ContractCase[] = [
  {
    name: 'get: a range gives exactly its bytes, clipped at the end, and the size of the whole',
    async run({ store, key }) {
      for (const size of [1000, 65_537, 3 * MIB]) {
        const name = key(`range/${size}`);
        const content = noise(size);
        await put(store, name, content);
        const ranges: [number, number?][] = [
          [0, 1],
          [0, size],
          [0],
          [1],
          [123, 456],
          [size - 1, 1],
          [size - 1],
          [size - 10, 100],
          [0, size + 1],
          [size >> 1, size],
        ];
        if (size > 2 * MIB) ranges.push([MIB - 1, MIB + 2], [5, 2 * MIB]);
        for (const [offset, length] of ranges) {
          const expected = content.subarray(offset, length === undefined ? size : offset + length);
          assertBytes(
            await read(store, name, offset, length),
            expected,
            `from ${offset}, ${length}`,
          );
        }
        const part = await glance(store, name, { range: { offset: 10, length: 5 } });
        assert.equal(part.size, size);
      }
    },
  },
  {
    name: 'get: a range that is empty, or begins at or behind the end, gives no bytes',
    async run({ store, key }) {
      const [name, empty] = [key('object'), key('empty')];
      await put(store, name, noise(100));
      await put(store, empty, noise(0));
      const ranges: [number, number?][] = [[100], [100, 1], [101, 5], [1e12], [5, 0], [0, 0]];
      for (const [offset, length] of ranges) {
        assertBytes(await read(store, name, offset, length), noise(0), `from ${offset}, ${length}`);
        assertBytes(await read(store, empty, offset, length), noise(0), `empty, from ${offset}`);
      }
      assert.equal((await glance(store, name, { range: { offset: 200 } })).size, 100);
    },
  },
  {
    name: 'get: a range that is none is refused with Rejected',
    async run({ store, key }) {
      const name = key('object');
      await put(store, name, noise(100));
      for (const range of [
        { offset: -1 },
        { offset: 0.5 },
        { offset: 0, length: -1 },
        { offset: Number.NaN },
      ]) {
        await assertRefused(store.get(name, { range }), name, 'Rejected');
      }
    },
  },
  {
    name: 'get, head: an absent object is NotFound, and so are the folder of others and what is below an object',
    async run({ store, key }) {
      await put(store, key('folder/object'), bytes('x'));
      for (const name of ['absent', 'no/such/folder', 'folder', 'folder/object/below'].map(key)) {
        await assertRefused(store.get(name), name, 'NotFound');
        await assertRefused(store.get(name, { range: { offset: 0, length: 1 } }), name, 'NotFound');
        await assertRefused(store.head(name), name, 'NotFound');
      }
    },
  },
  {
    name: 'get: many bodies are read side by side',
    async run({ store, key }) {
      const names = Array.from({ length: 20 }, (_, i) => key(`side/${i}`));
      for (const [i, name] of names.entries()) await put(store, name, noise(150_000, i));
      const found = await Promise.all(names.map((name) => read(store, name)));
      for (const [i, body] of found.entries()) assertBytes(body, noise(150_000, i), names[i]!);
    },
  },
  {
    name: 'get: a body may be given up halfway, and goes on showing its version after a change',
    async run({ store, key }) {
      const name = key('halfway');
      const content = noise(3 * MIB, 1);
      await put(store, name, content);
      for await (const chunk of (await store.get(name)).body) {
        assert.ok(chunk.byteLength > 0);
        break;
      }
      const outcome = await settled(
        (async () => {
          const object = await store.get(name);
          await put(store, name, noise(3 * MIB, 2));
          const chunks: Uint8Array[] = [];
          for await (const chunk of object.body) chunks.push(chunk);
          return Buffer.concat(chunks);
        })(),
      );
      // A store that cannot keep the version may break the body; it may not mix two.
      if ('error' in outcome) assertKind(outcome.error, 'Unavailable');
      else assertBytes(outcome.value, content, 'the version asked for');
    },
  },
  {
    name: 'get: a body that breaks rejects with Unavailable, never ends silently',
    needs: 'cutBody',
    async run({ store, key, options }) {
      const name = key('cut');
      await put(store, name, noise(4 * MIB));
      const object = await options.cutBody!(name, () => store.get(name));
      const outcome = await settled(
        (async () => {
          for await (const chunk of object.body) assert.ok(chunk.byteLength > 0);
        })(),
      );
      assert.ok('error' in outcome, 'a body that broke ended as if it were whole');
      assertKind(outcome.error, 'Unavailable', 'Timeout');
    },
  },
];
