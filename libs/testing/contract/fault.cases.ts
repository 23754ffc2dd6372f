import assert from 'node:assert/strict';
import { isStoreError, type ObjectStore, type StoreErrorKind, withDeadline } from '../../storage';
import {
  assertAborted,
  assertBytes,
  assertKind,
  assertRefused,
  bytes,
  inParallel,
  listedKeys,
  noise,
  put,
  read,
  settled,
  streamed,
} from './actions';
import { type ContractCase, type ContractContext, type ContractFault } from './contract-case';

const MIB = 1 << 20;
/** A store that falls silent is left after so many ms. */
const PATIENCE_MS = 500;

/** Every call of the port, against an object that exists. */
const CALLS: Readonly<Record<string, (store: ObjectStore, name: string) => Promise<unknown>>> = {
  get: (store, name) => read(store, name),
  head: (store, name) => store.head(name),
  list: (store, name) => listedKeys(store, name),
  'put, overwrite': (store, name) => put(store, name, bytes('new')),
  'put, create': (store, name) => put(store, `${name}-new`, bytes('new'), 'create'),
  deleteMany: (store, name) => store.deleteMany([name]),
};

/** Each call meets the fault, must reject as one of these kinds, and must have changed nothing. */
async function everyCallRejects(
  { store, key, options }: ContractContext,
  fault: ContractFault,
  ...kinds: StoreErrorKind[]
): Promise<void> {
  const name = key('object');
  await put(store, name, bytes('old'));
  for (const [what, call] of Object.entries(CALLS)) {
    options.faults!.inject(fault);
    const outcome = await settled(call(store, name));
    assert.ok('error' in outcome, `${what} resolved although the store did not do it`);
    assertKind(outcome.error, ...kinds);
    assertBytes(await read(store, name), bytes('old'), `the object after ${what}`);
  }
  assert.deepEqual(await listedKeys(store, key('')), [name]);
}

/** A call that failed without an answer may be said to be unclear, never to be lost, and never to have found nothing. */
function assertUnclear(error: unknown): void {
  assertKind(error, 'Unavailable', 'Timeout');
}

export const faultCases: readonly ContractCase[] = [
  {
    name: 'fault: a 503 rejects every call as Unavailable or Throttled, never as an absent object',
    needs: 'unavailable',
    run: (context) => everyCallRejects(context, 'unavailable', 'Unavailable', 'Throttled'),
  },
  {
    name: 'fault: a 429 rejects every call as Throttled',
    needs: 'throttled',
    run: (context) => everyCallRejects(context, 'throttled', 'Throttled'),
  },
  {
    name: 'fault: a put whose answer is lost is not called refused, and its object is whole',
    needs: 'lost-answer',
    async run({ store, key, options }) {
      for (const size of [10, 300_000]) {
        for (const mode of ['create', 'overwrite'] as const) {
          const name = key(`lost/${mode}/${size}`);
          const content = noise(size, 3);
          options.faults!.inject('lost-answer');
          const outcome = await settled(put(store, name, content, mode));
          if ('error' in outcome) assertUnclear(outcome.error);
          else assert.equal((await store.head(name)).tag, outcome.value);
          assertBytes(await read(store, name), content, 'what was stored without an answer');
          await assertRefused(put(store, name, bytes('other'), 'create'), name, 'AlreadyExists');
        }
      }
    },
  },
  {
    name: 'fault: a swap whose answer is lost is not called refused, and its object is whole',
    needs: 'lost-answer',
    applies: ({ store }) => store.capabilities.compareAndSwap,
    async run({ store, key, options }) {
      const name = key('swap');
      const tag = await put(store, name, bytes('one'));
      options.faults!.inject('lost-answer');
      const outcome = await settled(put(store, name, bytes('two'), { ifMatch: tag }));
      if ('error' in outcome) assertUnclear(outcome.error);
      assertBytes(await read(store, name), bytes('two'), 'what was swapped in without an answer');
      const again = put(store, name, bytes('three'), { ifMatch: tag });
      await assertRefused(again, name, 'PreconditionFailed');
    },
  },
  {
    name: 'fault: an upload that is cut stores nothing and leaves what was there',
    needs: 'cut-upload',
    async run({ store, key, options }) {
      const [fresh, old] = [key('fresh'), key('old')];
      await put(store, old, bytes('old'));
      const content = noise(4 * MIB);
      const bodies = [content, streamed(content.length, () => cut(content, 100_000))];
      for (const body of bodies) {
        for (const [name, mode] of [
          [fresh, 'create'],
          [old, 'overwrite'],
        ] as const) {
          options.faults!.inject('cut-upload');
          const outcome = await settled(store.put(name, body, { mode }));
          assert.ok('error' in outcome, 'half an upload was accepted');
          assertUnclear(outcome.error);
        }
        await assertRefused(store.head(fresh), fresh, 'NotFound');
        assertBytes(await read(store, old), bytes('old'), 'the object before');
      }
    },
  },
  {
    name: 'fault: a listing that is cut rejects, never ends early',
    needs: 'cut-answer',
    async run({ store, key, options }) {
      const keys = Array.from({ length: 60 }, (_, i) => key(`cut/${i}`));
      await inParallel(keys, options.parallel, (name) => put(store, name, bytes('x')));
      options.faults!.inject('cut-answer');
      const outcome = await settled(listedKeys(store, key('cut/')));
      assert.ok('error' in outcome, 'half a listing ended as if it were whole');
      assertUnclear(outcome.error);
      assert.equal((await listedKeys(store, key('cut/'))).length, keys.length);
    },
  },
  {
    name: 'fault: a silent store is left as soon as the signal says so, with its reason',
    needs: 'silence',
    async run({ store, key, options }) {
      const name = key('object');
      await put(store, name, bytes('old'));
      const impatient = withDeadline(store, { callMs: PATIENCE_MS, stallMs: PATIENCE_MS });
      for (const call of Object.values(CALLS)) {
        options.faults!.inject('silence');
        const outcome = await settled(call(impatient, name));
        assert.ok('error' in outcome, 'a call resolved without an answer');
        assert.ok(isStoreError(outcome.error, 'Timeout'), String(outcome.error));
      }
      const reason = new Error('enough');
      const controller = new AbortController();
      options.faults!.inject('silence');
      setTimeout(() => controller.abort(reason), PATIENCE_MS / 10);
      await assertAborted(store.head(name, { signal: controller.signal }), reason);
    },
  },
  {
    name: 'fault: a slow store is waited for',
    needs: 'delay',
    async run({ store, key, options }) {
      const name = key('slow');
      options.faults!.inject('delay');
      const tag = await put(store, name, bytes('x'), 'create');
      options.faults!.inject('delay');
      assert.equal((await store.head(name)).tag, tag);
      options.faults!.inject('delay');
      assertBytes(await read(store, name), bytes('x'), 'the object');
    },
  },
];

function* cut(content: Uint8Array, length: number): Generator<Uint8Array> {
  for (let at = 0; at < content.length; at += length) yield content.subarray(at, at + length);
}
