import { FaultyObjectStore, ManualClock } from '../../testing';
import { type ObjectStore } from '../object-store';
import { MemoryStore } from '../providers/memory/memory.store';
import { readBody } from '../read-body';
import { StoreError } from '../store-error';
import { withLimit } from './with-limit';

const body = Buffer.from('x');

/** A store whose heads stand still until the test lets them go, one by one. */
class Turnstile extends MemoryStore {
  readonly standing: { readonly key: string; go(error?: StoreError): Promise<void> }[] = [];
  most = 0;

  override head(key: string): Promise<never> {
    return new Promise((_, reject) => {
      const go = async (error = new StoreError('NotFound', key, 'no such object')) => {
        this.standing.splice(
          this.standing.findIndex((each) => each.go === go),
          1,
        );
        reject(error);
        await turns();
      };
      this.standing.push({ key, go });
      this.most = Math.max(this.most, this.standing.length);
    });
  }
}

const turns = async () => {
  for (let i = 0; i < 5; i++) await new Promise((resolve) => setImmediate(resolve));
};

function setUp(inFlight: number) {
  const clock = new ManualClock();
  const turnstile = new Turnstile();
  const store = withLimit(turnstile, { inFlight }, clock);
  const ask = (key: string, signal?: AbortSignal) => {
    const call = store.head(key, signal ? { signal } : {});
    const state: { error: unknown } = { error: undefined };
    call.catch((error: unknown) => (state.error = error));
    return state;
  };
  return { clock, turnstile, store, ask };
}

const throttled = (key: string) => new StoreError('Throttled', key, 'slow down');

test('no more requests than allowed are under way, and who came first goes first', async () => {
  const { turnstile, ask } = setUp(3);
  for (let i = 0; i < 10; i++) ask(`${i}`);
  await turns();
  const order: string[] = [];
  while (turnstile.standing.length > 0) {
    order.push(turnstile.standing[0]!.key);
    await turnstile.standing[0]!.go();
  }
  expect(order).toEqual(['0', '1', '2', '3', '4', '5', '6', '7', '8', '9']);
  expect(turnstile.most).toBe(3);
});

test('an abort ends the waiting with its reason, and the next in line moves up', async () => {
  const { turnstile, ask } = setUp(1);
  const controller = new AbortController();
  ask('first');
  const second = ask('second', controller.signal);
  ask('third');
  await turns();
  controller.abort('enough');
  await turns();
  expect(second.error).toBe('enough');
  await turnstile.standing[0]!.go();
  expect(turnstile.standing.map(({ key }) => key)).toEqual(['third']);
});

test('a throttled answer halves what is allowed, once for all that were under way, and never below one', async () => {
  const { clock, turnstile, ask } = setUp(8);
  for (let i = 0; i < 40; i++) ask(`${i}`);
  await turns();
  expect(turnstile.standing).toHaveLength(8);
  for (const each of turnstile.standing.slice()) await each.go(throttled(each.key));
  await clock.advance(60_000);
  expect(turnstile.standing).toHaveLength(4);
  for (let round = 0; round < 4; round++) {
    for (const each of turnstile.standing.slice()) await each.go(throttled(each.key));
    await clock.advance(60_000);
  }
  expect(turnstile.standing).toHaveLength(1);
});

test('after a throttled answer requests start with a pause between them', async () => {
  const { clock, turnstile, ask } = setUp(8);
  for (let i = 0; i < 9; i++) ask(`${i}`);
  await turns();
  await turnstile.standing[0]!.go(throttled('0'));
  for (const each of turnstile.standing.slice(0, 5)) await each.go();
  expect(turnstile.standing).toHaveLength(2);
  await clock.advance(49);
  expect(turnstile.standing).toHaveLength(2);
  await clock.advance(1);
  expect(turnstile.standing).toHaveLength(3);
  expect(clock.sleeping).toBe(0);
});

test('answers raise it again, one for each round of them', async () => {
  const { clock, turnstile, ask } = setUp(4);
  for (let i = 0; i < 60; i++) ask(`${i}`);
  await turns();
  for (const each of turnstile.standing.slice()) await each.go(throttled(each.key));
  await clock.advance(1000);
  expect(turnstile.standing).toHaveLength(2);
  const most: number[] = [];
  for (let answer = 0; answer < 5; answer++) {
    await turnstile.standing[0]!.go();
    await clock.advance(1000);
    most.push(turnstile.standing.length);
  }
  expect(most).toEqual([2, 3, 3, 3, 4]);
});

test('what fails without an answer neither raises nor lowers it', async () => {
  const { turnstile, ask } = setUp(2);
  for (let i = 0; i < 6; i++) ask(`${i}`);
  await turns();
  for (let i = 0; i < 3; i++)
    await turnstile.standing[0]!.go(new StoreError('Unavailable', 'key', 'reset'));
  expect(turnstile.standing).toHaveLength(2);
});

async function held(store: ObjectStore): Promise<boolean> {
  const controller = new AbortController();
  const waits = store.head('a', { signal: controller.signal }).then(
    () => false,
    () => true,
  );
  await turns();
  controller.abort();
  return waits;
}

test('a body counts until it was read, given up, broken or aborted', async () => {
  const faulty = new FaultyObjectStore(new MemoryStore());
  await faulty.put('a', Buffer.alloc(3 << 20), { mode: 'create' });
  const store = withLimit(faulty, { inFlight: 1 }, new ManualClock());

  const read = await store.get('a');
  expect(await held(store)).toBe(true);
  await readBody(read, 1e9);
  expect(await held(store)).toBe(false);

  for await (const chunk of (await store.get('a')).body) {
    expect(chunk.byteLength).toBeGreaterThan(0);
    expect(await held(store)).toBe(true);
    break;
  }
  expect(await held(store)).toBe(false);

  faulty.inject({ fault: { kind: 'cut-body', after: 5 } });
  await expect(readBody(await store.get('a'), 1e9)).rejects.toMatchObject({ kind: 'Unavailable' });
  expect(await held(store)).toBe(false);

  const controller = new AbortController();
  await store.get('a', { signal: controller.signal });
  expect(await held(store)).toBe(true);
  controller.abort();
  expect(await held(store)).toBe(false);
});

test('a listing holds no place while its caller works on what it gave', async () => {
  const memory = new MemoryStore();
  const store = withLimit(memory, { inFlight: 1 }, new ManualClock());
  for (let i = 0; i < 2500; i++) await memory.put(`k/${i}`, body, { mode: 'create' });
  let deleted = 0;
  for await (const { key } of store.list('k/')) {
    await store.deleteMany([key]);
    deleted++;
  }
  expect(deleted).toBe(2500);
  await expect(store.head('a')).rejects.toMatchObject({ kind: 'NotFound' });
});

test('less than one request is refused', () => {
  for (const inFlight of [0, -1, 1.5, Number.NaN]) {
    expect(() => withLimit(new MemoryStore(), { inFlight })).toThrow(RangeError);
  }
});
