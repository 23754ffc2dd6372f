import assert from 'node:assert/strict';
import { type ObjectStore } from '../../storage';
import {
  assertBytes,
  assertRefused,
  bytes,
  noise,
  put,
  read,
  settled,
  streamed,
  glance,
} from './actions';
import { type ContractCase } from './contract-case';

const MIB = 1 << 20;

export const writeCases: readonly ContractCase[] = [
  {
    name: 'put: what was written is read, of any size, and each overwrite replaces it whole',
    async run({ store, key }) {
      const name = key('sizes');
      for (const size of [4096, 0, 1, 65_536, 65_537, MIB, MIB + 1, 3 * MIB + 7, 10]) {
        await put(store, name, noise(size, size));
        assertBytes(await read(store, name), noise(size, size), `${size} bytes`);
        assert.equal((await store.head(name)).size, size);
        assert.equal((await glance(store, name)).size, size);
      }
    },
  },
  {
    name: 'put: a large body is streamed in chunks of any cut',
    async run({ store, key, options }) {
      const name = key('streamed');
      const content = noise(options.streamed);
      const cuts = [1, 4095, 70_000, MIB, 3 * MIB];
      function* chunks() {
        for (let at = 0, i = 0; at < content.length; at += cuts[i++ % cuts.length]!) {
          yield content.subarray(at, at + cuts[i % cuts.length]!);
        }
      }
      await store.put(name, streamed(content.length, chunks), { mode: 'create' });
      assertBytes(await read(store, name), content, 'the streamed object');
    },
  },
  {
    name: 'put: a body whose length differs from what it announced is refused and nothing is stored',
    async run({ store, key }) {
      const chunks = () => [noise(MIB), noise(MIB), noise(100)];
      const length = 2 * MIB + 100;
      for (const announced of [length - 1, length + 1, length + MIB, 0]) {
        const fresh = key(`fresh/${announced}`);
        const wrong = streamed(announced, chunks);
        await assertRefused(store.put(fresh, wrong, { mode: 'create' }), fresh, 'Rejected');
        await assertRefused(store.head(fresh), fresh, 'NotFound');

        const old = key(`old/${announced}`);
        await put(store, old, bytes('old'));
        await assertRefused(store.put(old, wrong, { mode: 'overwrite' }), old, 'Rejected');
        assertBytes(await read(store, old), bytes('old'), 'the object before');
      }
    },
  },
  {
    name: 'put: a body that breaks stores nothing, and its error comes through',
    async run({ store, key }) {
      const name = key('broken');
      const reason = new Error('the source broke');
      const body = {
        size: 2 * MIB,
        async *open() {
          yield noise(MIB);
          throw reason;
        },
      };
      const outcome = await settled(store.put(name, body, { mode: 'overwrite' }));
      assert.ok('error' in outcome, 'half a body was accepted');
      const { error } = outcome as { error: Error };
      assert.ok(error === reason || error.cause === reason, `lost the reason: ${error.message}`);
      await assertRefused(store.head(name), name, 'NotFound');
    },
  },
  {
    name: 'put: readers see whole versions only, with the tag, size and metadata of the bytes',
    async run({ store, key, options }) {
      for (const unit of [3000, 90_000]) {
        await readWhileWriting(store, key(`versions/${unit}`), unit, options.rounds * 3);
      }
    },
  },
  {
    name: 'put: bytes that change after the call, or after they were read, change nothing stored',
    async run({ store, key }) {
      const name = key('copies');
      const body = bytes('abc');
      await put(store, name, body);
      body.fill(0);
      for await (const chunk of (await store.get(name)).body) chunk.fill(1);
      assertBytes(await read(store, name), bytes('abc'), 'the object');
    },
  },
];

/** Version v is `unit + v` bytes of value v, so that any mixture of two shows. */
async function readWhileWriting(
  store: ObjectStore,
  name: string,
  unit: number,
  versions: number,
): Promise<void> {
  const written = new Map<string, number>();
  const seen: { tag: string; version: number }[] = [];
  const write = async (version: number) => {
    const body = Buffer.alloc(unit + version, version);
    const metadata = { version: `${version}` };
    written.set((await store.put(name, body, { mode: 'overwrite', metadata })).tag, version);
  };
  await write(0);
  let writing = true;
  const reader = async () => {
    while (writing) {
      const object = await store.get(name);
      const version = object.size - unit;
      let length = 0;
      for await (const chunk of object.body) {
        assert.ok(
          chunk.every((byte) => byte === version),
          'bytes of another version',
        );
        length += chunk.byteLength;
      }
      assert.equal(length, object.size, 'a body of another length than its size');
      assert.deepEqual(object.metadata, { version: `${version}` }, 'metadata of another version');
      seen.push({ tag: object.tag, version });
    }
  };
  const readers = Promise.all([reader(), reader(), reader(), reader()]);
  // Its failure is met below, behind the writing.
  readers.catch(() => undefined);
  try {
    for (let version = 1; version <= versions; version++) await write(version);
  } finally {
    writing = false;
    await readers;
  }
  for (const { tag, version } of seen) {
    assert.equal(written.get(tag), version, 'a tag of another version than the bytes');
  }
}
