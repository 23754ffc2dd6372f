import assert from 'node:assert/strict';
import {
  assertAborted,
  assertBytes,
  assertRefused,
  bytes,
  inParallel,
  listed,
  noise,
  put,
  read,
} from './actions';
import { type ContractCase } from './contract-case';

const MIB = 1 << 20;

export const abortCases: readonly ContractCase[] = [
  {
    name: 'abort: a call that begins aborted rejects with the reason and changes nothing',
    async run({ store, key }) {
      const [name, fresh] = [key('object'), key('fresh')];
      await put(store, name, bytes('x'));
      const reason = new Error('not any more');
      const signal = AbortSignal.abort(reason);
      await assertAborted(store.get(name, { signal }), reason);
      await assertAborted(store.head(name, { signal }), reason);
      await assertAborted(listed(store, key(''), { signal }), reason);
      await assertAborted(store.put(fresh, bytes('y'), { mode: 'create', signal }), reason);
      await assertAborted(store.put(name, bytes('y'), { mode: 'overwrite', signal }), reason);
      await assertAborted(store.deleteMany([name], { signal }), reason);
      await assertRefused(store.head(fresh), fresh, 'NotFound');
      assertBytes(await read(store, name), bytes('x'), 'the object');
    },
  },
  {
    name: 'abort: a put whose body hangs rejects with the reason and stores nothing',
    async run({ store, key }) {
      const name = key('hanging');
      const reason = new Error('enough');
      const controller = new AbortController();
      const body = {
        size: 3 * MIB,
        async *open() {
          yield noise(MIB);
          setImmediate(() => controller.abort(reason));
          await new Promise<never>(() => undefined);
        },
      };
      const call = store.put(name, body, { mode: 'create', signal: controller.signal });
      await assertAborted(call, reason);
      await assertRefused(store.head(name), name, 'NotFound');
    },
  },
  {
    name: 'abort: a body and a list that are aborted midway reject with the reason',
    async run({ store, key, options }) {
      const name = key('large');
      await put(store, name, noise(8 * MIB));
      const keys = Array.from({ length: 50 }, (_, i) => key(`l/${i}`));
      await inParallel(keys, options.parallel, (each) => put(store, each, bytes('x')));

      const reason = new Error('enough');
      for (const open of [
        async (signal: AbortSignal) => (await store.get(name, { signal })).body,
        (signal: AbortSignal) => store.list(key('l/'), { signal }),
      ]) {
        const controller = new AbortController();
        const items = await open(controller.signal);
        const consume = async () => {
          let count = 0;
          for await (const item of items) {
            assert.ok(item);
            if (++count === 1) controller.abort(reason);
          }
        };
        await assertAborted(consume(), reason);
      }
    },
  },
  {
    name: 'abort: after the end of a call its signal means nothing',
    async run({ store, key }) {
      const controller = new AbortController();
      const { signal } = controller;
      const name = key('done');
      await store.put(name, bytes('x'), { mode: 'create', signal });
      await store.head(name, { signal });
      for await (const chunk of (await store.get(name, { signal })).body) assert.ok(chunk);
      await listed(store, key(''), { signal });
      controller.abort(new Error('too late'));
      assertBytes(await read(store, name), bytes('x'), 'the object');
    },
  },
];
