import { createHash } from 'node:crypto';
import { isStoreError, readBody } from '../../libs/storage';
import { S3Store } from '../../libs/storage/providers/s3';
import { type S3Server, SLOW_DOWN, startS3Server } from '../servers/s3';

const MIB = 1 << 20;

let server: S3Server;
let store: S3Store;

beforeAll(async () => {
  server = await startS3Server();
  store = await S3Store.open({ bucket: 'test', endpoint: server.url, ...server.credentials });
});
afterEach(() => server.faults.heal());
afterAll(() => server.close());

/** A body that counts what was taken of it. */
function counted(mib: number) {
  const body = {
    size: mib * MIB,
    taken: 0,
    async *open() {
      for (let i = 0; i < mib; i++) {
        body.taken += MIB;
        yield Buffer.alloc(MIB, i);
      }
    },
  };
  return body;
}

const operations = (from: number) => server.requests.slice(from).map(({ operation }) => operation);

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve));
}

test('a large overwrite goes in parts, and is the object whole, with metadata and time', async () => {
  const from = server.requests.length;
  const metadata = { txid: '7' };
  const { tag } = await store.put('parts/whole', counted(20), {
    mode: 'overwrite',
    metadata,
    time: 1_700_000_000_120,
  });
  expect(operations(from)).toEqual([
    'CreateMultipartUpload',
    'UploadPart',
    'UploadPart',
    'UploadPart',
    'CompleteMultipartUpload',
  ]);
  const object = await store.get('parts/whole');
  expect(object).toMatchObject({ tag, metadata, time: 1_700_000_000_120, size: 20 * MIB });
  const found = createHash('sha256').update(await readBody(object, 20 * MIB));
  const expected = createHash('sha256');
  for (let i = 0; i < 20; i++) expected.update(Buffer.alloc(MIB, i));
  expect(found.digest('hex')).toBe(expected.digest('hex'));
});

test('what depends on a condition goes in one request, whatever its size', async () => {
  const from = server.requests.length;
  const { tag } = await store.put('parts/single', counted(20), { mode: 'create' });
  await store.put('parts/single', counted(20), { mode: { ifMatch: tag } });
  expect(operations(from)).toEqual(['PutObject', 'PutObject']);
});

test('an upload in parts holds at most 40 MiB of its source', async () => {
  const body = counted(100);
  const stop = new AbortController();
  server.faults.inject({
    fault: { kind: 'silence' },
    when: { operations: ['UploadPart'] },
    times: 100,
  });
  const from = server.requests.length;
  const put = store.put('parts/bounded', body, { mode: 'overwrite', signal: stop.signal });
  await until(() => operations(from).filter((each) => each === 'UploadPart').length === 4);
  // It would take more at once if it could: nothing else holds it back.
  for (let turn = 0; turn < 1000; turn++) await new Promise((resolve) => setImmediate(resolve));
  expect(body.taken).toBe(32 * MIB);
  const reason = new Error('enough');
  stop.abort(reason);
  await expect(put).rejects.toBe(reason);
});

test('a part that fails ends the others, and nothing is left in the bucket', async () => {
  server.faults.inject({ fault: SLOW_DOWN, when: { operations: ['UploadPart'] }, skip: 2 });
  const put = store.put('parts/failed', counted(50), { mode: 'overwrite' });
  await expect(put).rejects.toMatchObject({ kind: 'Throttled', key: 'parts/failed' });
  expect(server.openUploads).toBe(0);
  const missing = await store.head('parts/failed').catch((error: unknown) => error);
  expect(isStoreError(missing, 'NotFound')).toBe(true);
});

test('an abort in the middle ends it with the reason, though the source hangs, and leaves nothing', async () => {
  const stop = new AbortController();
  const reason = new Error('enough');
  const body = {
    size: 50 * MIB,
    async *open() {
      yield Buffer.alloc(9 * MIB);
      setImmediate(() => stop.abort(reason));
      await new Promise<never>(() => undefined);
    },
  };
  const put = store.put('parts/aborted', body, { mode: 'overwrite', signal: stop.signal });
  await expect(put).rejects.toBe(reason);
  expect(server.openUploads).toBe(0);
});

test('a source that is shorter or longer than announced is Rejected, and leaves nothing', async () => {
  for (const size of [19 * MIB, 21 * MIB, 20 * MIB + 1]) {
    const body = { size, open: () => counted(20).open() };
    const put = store.put('parts/wrong', body, { mode: 'overwrite' });
    await expect(put).rejects.toMatchObject({ kind: 'Rejected' });
    expect(server.openUploads).toBe(0);
  }
  await expect(store.head('parts/wrong')).rejects.toMatchObject({ kind: 'NotFound' });
});
