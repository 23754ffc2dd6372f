import { randomBytes } from 'node:crypto';
import { inspect } from 'node:util';
import {
  isStoreError,
  type ObjectStore,
  type PutMode,
  readBody,
  StoreError,
  type StoreErrorKind,
  systemClock,
  withDeadline,
  withRetry,
} from '../../libs/storage';
import { S3Store } from '../../libs/storage/providers/s3';
import {
  CONFLICT,
  type S3Fault,
  type S3Operation,
  type S3Server,
  SLOW_DOWN,
  startS3Server,
  TOO_MANY_REQUESTS,
} from '../servers/s3';

const MIB = 1 << 20;

let server: S3Server;
let store: ObjectStore;

beforeAll(async () => {
  server = await startS3Server();
  store = await S3Store.open({ bucket: 'test', endpoint: server.url, ...server.credentials });
});
afterEach(() => server.faults.heal());
afterAll(() => server.close());

const fresh = () => `faults/${randomBytes(6).toString('hex')}`;
const create = (key: string, text: string) =>
  store.put(key, Buffer.from(text), { mode: 'create', metadata: { by: text } });
const text = async (key: string) => String(await readBody(await store.get(key), 1000));

async function refusal(call: Promise<unknown>): Promise<StoreError> {
  const error: unknown = await call.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(StoreError);
  return error as StoreError;
}

const on = (operation: S3Operation, fault: S3Fault) =>
  server.faults.inject({ fault, when: { operations: [operation] } });

/** With the deadlines and tries of a real app around it, at the speed of a test. */
const patient = (inner: ObjectStore, callMs = 20_000) =>
  withRetry(
    withDeadline(inner, { callMs, stallMs: callMs }),
    { attempts: 5, baseMs: 1, maxMs: 2 },
    { sleep: (ms, signal) => systemClock.sleep(ms, signal), random: () => 0.5 },
  );

describe('one try', () => {
  test.each<[string, StoreErrorKind, S3Fault]>([
    ['503 SlowDown', 'Throttled', SLOW_DOWN],
    ['429', 'Throttled', TOO_MANY_REQUESTS],
    ['409 ConditionalRequestConflict', 'Throttled', CONFLICT],
    ['500', 'Unavailable', { kind: 'fail', status: 500, code: 'InternalError' }],
    ['a connection that is closed', 'Unavailable', { kind: 'drop' }],
    ['400 RequestTimeout', 'Unavailable', { kind: 'fail', status: 400, code: 'RequestTimeout' }],
  ])('%s rejects as %s after one request, and nothing is stored', async (_, kind, fault) => {
    for (const mode of ['create', 'overwrite'] as const) {
      const key = fresh();
      const before = server.requests.length;
      on('PutObject', fault);
      const error = await refusal(store.put(key, Buffer.from('x'), { mode }));
      expect(error.kind).toBe(kind);
      expect(error.transient).toBe(true);
      expect(error.key).toBe(key);
      expect(server.requests.length - before).toBe(1);
      expect((await refusal(store.head(key))).kind).toBe('NotFound');
    }
  });

  test('a put whose answer is lost rejects as one that may pass, and the object is there', async () => {
    const lost: S3Fault[] = [
      { kind: 'drop-answer' },
      { kind: 'fail', status: 503, code: 'SlowDown', worked: true },
    ];
    for (const fault of lost) {
      const key = fresh();
      on('PutObject', fault);
      expect((await refusal(create(key, 'mine'))).transient).toBe(true);
      expect(await text(key)).toBe('mine');
      // The next try meets its own object, and says so: the caller compares.
      expect((await refusal(create(key, 'mine'))).kind).toBe('AlreadyExists');
      expect((await store.head(key)).metadata).toEqual({ by: 'mine' });
    }
  });

  test('a streamed body is stored only as it was when it was hashed', async () => {
    const key = fresh();
    let opened = 0;
    const body = {
      size: 3 * MIB,
      async *open() {
        opened++;
        for (let i = 0; i < 3; i++) yield Buffer.alloc(MIB, opened);
      },
    };
    const error = await refusal(store.put(key, body, { mode: 'create' }));
    expect(error.kind).toBe('Unavailable');
    expect(error.message).toContain('XAmzContentSHA256Mismatch');
    expect(opened).toBe(2);
    expect((await refusal(store.head(key))).kind).toBe('NotFound');
  });

  test('a listing that is cut rejects as Unavailable', async () => {
    await create(fresh(), 'x');
    on('ListObjectsV2', { kind: 'cut-body', after: 200 });
    const listing = async () => {
      for await (const object of store.list('faults/')) expect(object.size).toBeGreaterThan(0);
    };
    expect((await refusal(listing())).kind).toBe('Unavailable');
  });

  test('a late answer is still an answer', async () => {
    const key = fresh();
    on('PutObject', { kind: 'delay', ms: 30 });
    await create(key, 'late');
    expect(await text(key)).toBe('late');
  });
});

describe('with a deadline and retries', () => {
  test.each<[string, S3Fault]>([
    ['503', SLOW_DOWN],
    ['429', TOO_MANY_REQUESTS],
    ['closed connections', { kind: 'drop' }],
  ])('%s, four times in a row, is passed over by every call', async (_, fault) => {
    const key = fresh();
    const always = { fault, times: 4 };
    const patiently = patient(store);
    server.faults.inject(always);
    await patiently.put(key, Buffer.from('x'), { mode: 'create' });
    server.faults.inject(always);
    expect(String(await readBody(await patiently.get(key), 10))).toBe('x');
    server.faults.inject(always);
    expect((await patiently.head(key)).size).toBe(1);
    server.faults.inject(always);
    const keys: string[] = [];
    for await (const object of patiently.list(key)) keys.push(object.key);
    expect(keys).toEqual([key]);
    server.faults.inject(always);
    await patiently.deleteMany([key]);
    expect((await refusal(store.head(key))).kind).toBe('NotFound');
  });

  test.each<[string, boolean]>([
    ['before the work', false],
    ['after it', true],
  ])('silence %s ends in Timeout', async (_, worked) => {
    const key = fresh();
    on('PutObject', { kind: 'silence', worked });
    const impatient = withDeadline(store, { callMs: 200, stallMs: 200 });
    const error = await refusal(impatient.put(key, Buffer.from('x'), { mode: 'create' }));
    expect(error.kind).toBe('Timeout');
    const kept = await store.head(key).catch((reason: unknown) => reason);
    expect(isStoreError(kept, 'NotFound')).toBe(!worked);
  });
});

describe('refusals', () => {
  test('credentials that are revoked are Unauthenticated until they are given back', async () => {
    const key = fresh();
    server.faults.revoked = true;
    const calls = [create(key, 'x'), text(key), store.head(key), store.deleteMany([key])];
    // A HEAD has no text that would say why.
    const kinds = ['Unauthenticated', 'Unauthenticated', 'PermissionDenied', 'Unauthenticated'];
    const errors = await Promise.all(calls.map(refusal));
    expect(errors.map((error) => error.kind)).toEqual(kinds);
    server.faults.revoked = false;
    await create(key, 'x');
  });

  test('a bucket that goes away is no empty one: every call is Rejected', async () => {
    server.createBucket('going');
    const options = { bucket: 'going', endpoint: server.url, ...server.credentials };
    const going = await S3Store.open(options);
    await going.put('a', Buffer.from('x'), { mode: 'create' });
    server.deleteBucket('going');
    const listing = async () => {
      for await (const { key } of going.list('')) throw new Error(key);
    };
    const modes: PutMode[] = ['create', 'overwrite', { ifMatch: '"x"' }];
    const calls = [
      going.get('a'),
      going.get('a', { range: { offset: 0, length: 1 } }),
      going.head('a'),
      listing(),
      going.deleteMany(['a']),
      ...modes.map((mode) => going.put('a', Buffer.from('x'), { mode })),
      going.put('a', Buffer.alloc(17 * MIB), { mode: 'overwrite' }),
    ];
    for (const error of await Promise.all(calls.map(refusal))) {
      expect(error.kind).toBe('Rejected');
      expect(error.message).toContain('bucket does not exist');
    }
  });

  test('a swap of an absent object (404) and of a changed one (412) is one answer: PreconditionFailed', async () => {
    const key = fresh();
    const swap = (tag: string) => store.put(key, Buffer.from('y'), { mode: { ifMatch: tag } });
    expect((await refusal(swap('"of nothing"'))).kind).toBe('PreconditionFailed');
    const { tag } = await create(key, 'x');
    expect((await refusal(swap('"of another"'))).kind).toBe('PreconditionFailed');
    await swap(tag);
    expect((await refusal(swap(tag))).kind).toBe('PreconditionFailed');
  });

  test('no message holds a secret', async () => {
    const secrets = { secretAccessKey: `secret-${fresh()}`, sessionToken: `token-${fresh()}` };
    const temporary = await startS3Server({
      credentials: { accessKeyId: 'test', ...secrets },
    });
    try {
      const options = { bucket: 'test', endpoint: temporary.url, accessKeyId: 'test', ...secrets };
      const authorized = await S3Store.open(options);
      temporary.faults.revoked = true;
      const errors = [
        await refusal(authorized.get('a')),
        await refusal(S3Store.open({ ...options, sessionToken: 'of somebody else' })),
        await refusal(S3Store.open({ ...options, endpoint: 'http://127.0.0.1:1' })),
      ];
      for (const error of errors) {
        const shown = inspect(error, { depth: null, showHidden: true });
        for (const secret of Object.values(secrets)) expect(shown).not.toContain(secret);
      }
    } finally {
      await temporary.close();
    }
  });
});

describe('connections', () => {
  test('puts one after the other share a connection, small ones and streams', async () => {
    const from = server.requests.length;
    for (let i = 0; i < 5; i++) await create(fresh(), 'x');
    const big = {
      size: 3 * MIB,
      open: async function* () {
        for (let i = 0; i < 3; i++) yield Buffer.alloc(MIB, i);
      },
    };
    for (let i = 0; i < 3; i++) await store.put(fresh(), big, { mode: 'create' });
    await store.put(fresh(), Buffer.alloc(3 * MIB), { mode: 'create' });
    const used = server.requests.slice(from).map(({ connection }) => connection);
    expect(used).toHaveLength(9);
    expect(new Set(used).size).toBe(1);
  });
});
