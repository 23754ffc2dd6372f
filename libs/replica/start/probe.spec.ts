import { setImmediate as turn } from 'node:timers/promises';
import { BROKEN_STORES } from '../../../test/contract/broken-stores';
import {
  MemoryStore,
  type ObjectStore,
  type PutBody,
  type PutOptions,
  type PutResult,
  StoreError,
  withRetry,
} from '../../storage';
import { FaultyObjectStore, ManualClock } from '../../testing';
import { probeConditions } from './probe';

function setUp() {
  const clock = new ManualClock();
  let count = 0;
  return { clock, options: { clock, random: () => `r${count++}` } };
}

async function keysOf(store: ObjectStore): Promise<string[]> {
  const keys: string[] = [];
  for await (const { key } of store.list('')) keys.push(key);
  return keys;
}

test('a store that keeps its conditions passes, and nothing of the probe is left', async () => {
  const store = new FaultyObjectStore(new MemoryStore());
  const { clock, options } = setUp();
  await probeConditions(store, options);
  expect(store.calls.filter(({ operation }) => operation === 'put')).toHaveLength(5 * 16);
  expect(await keysOf(store)).toEqual([]);
  expect(clock.sleeping).toBe(0);
});

test('compare-and-swap is tried only where it is claimed', async () => {
  const memory = new MemoryStore({ capabilities: { compareAndSwap: false } });
  const store = new FaultyObjectStore(memory);
  await probeConditions(store, setUp().options);
  expect(store.calls.filter(({ operation }) => operation === 'put')).toHaveLength(5 * 8);
});

test.each([
  ['all racers win a create', '8 of 8 creators were told they won'],
  ['an overwrite on create', '8 of 8 creators were told they won'],
  ['all racers win a swap', '8 of 8 writers that named the same version were told they won'],
  ['a stale tag accepted', '8 of 8 writers that named the same version were told they won'],
])('a store with %s is refused, with what was seen', async (name, seen) => {
  const store = BROKEN_STORES.find((each) => each.name === name)!.makeStore();
  await expect(probeConditions(store, setUp().options)).rejects.toMatchObject({
    code: 'STORE_NOT_CONDITIONAL',
    message: `The store does not keep the conditions of writes: ${seen}.`,
  });
  expect(await keysOf(store)).toEqual([]);
});

/** Lets three creators win at one key out of four. */
class SometimesTwo extends MemoryStore {
  private races = 0;
  private readonly broken = new Map<string, number>();

  override async put(key: string, body: PutBody, options: PutOptions): Promise<PutResult> {
    if (options.mode !== 'create') return super.put(key, body, options);
    if (!this.broken.has(key)) this.broken.set(key, ++this.races % 4 === 0 ? 2 : 0);
    const left = this.broken.get(key)!;
    if (left === 0) return super.put(key, body, options);
    this.broken.set(key, left - 1);
    await turn();
    return super.put(key, body, { ...options, mode: 'overwrite' });
  }
}

test('a store with several winners only now and then is caught by the rounds', async () => {
  await expect(probeConditions(new SometimesTwo(), setUp().options)).rejects.toMatchObject({
    code: 'STORE_NOT_CONDITIONAL',
    message: expect.stringContaining('3 of 8 creators were told they won'),
  });
});

/** Tells the winner that it won, and keeps what a loser brought. */
class LoserKept extends MemoryStore {
  override async put(key: string, body: PutBody, options: PutOptions): Promise<PutResult> {
    try {
      return await super.put(key, body, options);
    } catch (error) {
      await super.put(key, body, { ...options, mode: 'overwrite' });
      throw error;
    }
  }
}

test('a store that keeps the object of a loser is refused', async () => {
  await expect(probeConditions(new LoserKept(), setUp().options)).rejects.toMatchObject({
    code: 'STORE_NOT_CONDITIONAL',
    message: expect.stringContaining('but the object is not its'),
  });
});

test('a service that has no conditions at all is refused with its own words', async () => {
  const store = new MemoryStore();
  store.put = (key) => Promise.reject(new StoreError('Rejected', key, '501 NotImplemented'));
  await expect(probeConditions(store, setUp().options)).rejects.toMatchObject({
    code: 'STORE_NOT_CONDITIONAL',
    message: expect.stringContaining('501 NotImplemented'),
  });
});

test('a full disk and missing rights are named as such', async () => {
  const store = new MemoryStore();
  const full = Object.assign(new Error('no space'), { code: 'ENOSPC' });
  store.put = (key) => Promise.reject(new StoreError('Rejected', key, 'full', { cause: full }));
  await expect(probeConditions(store, setUp().options)).rejects.toMatchObject({
    code: 'STORE_FULL',
  });
  store.put = (key) => Promise.reject(new StoreError('PermissionDenied', key, 'no'));
  await expect(probeConditions(store, setUp().options)).rejects.toMatchObject({
    code: 'STORE_DENIED',
  });
});

test('a winner whose answer was lost is no proof of anything: the round is run again', async () => {
  const bare = new FaultyObjectStore(new MemoryStore());
  bare.inject({ fault: { kind: 'lose-answer' } });
  await probeConditions(bare, setUp().options);
  expect(bare.calls.filter(({ operation }) => operation === 'put')).toHaveLength(8 + 5 * 16);

  const retried = new FaultyObjectStore(new MemoryStore());
  retried.inject({ fault: { kind: 'lose-answer' } });
  const retry = { attempts: 3, baseMs: 1, maxMs: 1 };
  const chance = { sleep: () => Promise.resolve(), random: () => 0 };
  await probeConditions(withRetry(retried, retry, chance), setUp().options);
});

test('losers that are throttled are not winners', async () => {
  const store = new FaultyObjectStore(new MemoryStore());
  store.inject({
    when: ({ operation, key }) => operation === 'put' && key.endsWith('-0'),
    skip: 1,
    times: 3,
    fault: { kind: 'fail', error: 'Throttled' },
  });
  await probeConditions(store, setUp().options);
});

test('a store that never answers ends the probe after a minute, and is called unreachable', async () => {
  const { clock, options } = setUp();
  const store = new FaultyObjectStore(new MemoryStore(), { clock });
  store.inject({ fault: { kind: 'silence' }, times: 1e6 });
  const outcome = probeConditions(store, options).catch((error: unknown) => error);
  await clock.advance(59_999);
  expect(store.calls).toHaveLength(8);
  await clock.advance(1 + 10_000);
  expect(await outcome).toMatchObject({ code: 'STORE_UNREACHABLE' });
  expect(clock.sleeping).toBe(0);
});

test('a store whose answers are lost for ever ends it too, after ten rounds', async () => {
  const store = new FaultyObjectStore(new MemoryStore());
  const when = ({ operation }: { operation: string }) => operation === 'put';
  store.inject({ when, fault: { kind: 'fail' }, times: 1e6 });
  await expect(probeConditions(store, setUp().options)).rejects.toMatchObject({
    code: 'STORE_UNREACHABLE',
  });
  expect(store.calls.filter(when)).toHaveLength(80);
});

test('a cleanup that fails does not change the verdict', async () => {
  const store = new FaultyObjectStore(new MemoryStore());
  store.inject({ when: ({ operation }) => operation === 'deleteMany', fault: { kind: 'fail' } });
  await probeConditions(store, setUp().options);
});
