import http from 'node:http';
import { type AddressInfo } from 'node:net';
import { isPersistenceError, PersistenceError } from '../../libs/errors';
import { StoreError } from '../../libs/storage';
import { S3Store, type S3StoreOptions } from '../../libs/storage/providers/s3';
import { type S3Server, startS3Server } from '../servers/s3';

let server: S3Server;
let good: S3StoreOptions;

beforeAll(async () => {
  server = await startS3Server();
  good = { bucket: 'test', endpoint: server.url, ...server.credentials };
});
afterAll(() => server.close());

async function refused(options: S3StoreOptions): Promise<StoreError | PersistenceError> {
  const error: unknown = await S3Store.open(options).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof StoreError || error instanceof PersistenceError) return error;
  throw new Error(`not refused, or with ${String(error)}`);
}

test('a bucket that is not there is STORE_BUCKET_MISSING, and is not made', async () => {
  const error = await refused({ ...good, bucket: 'absent' });
  expect(isPersistenceError(error, 'STORE_BUCKET_MISSING')).toBe(true);
  expect(error.message).toContain('absent');
  expect(server.requests.some(({ operation }) => operation === 'CreateBucket')).toBe(false);
});

test('a wrong secret and an unknown key are Unauthenticated', async () => {
  const secret = await refused({ ...good, secretAccessKey: 'wrong' });
  expect(secret).toMatchObject({ kind: 'Unauthenticated' });
  expect(secret.message).toContain('SignatureDoesNotMatch');
  const unknown = await refused({ ...good, accessKeyId: 'nobody' });
  expect(unknown).toMatchObject({ kind: 'Unauthenticated' });
  expect(unknown.message).toContain('does not know this access key');
});

test('denied is PermissionDenied, a store that is away is Unavailable', async () => {
  server.faults.inject({ fault: { kind: 'fail', status: 403, code: 'AccessDenied' } });
  expect(await refused(good)).toMatchObject({ kind: 'PermissionDenied' });
  expect(await refused({ ...good, endpoint: 'http://127.0.0.1:1' })).toMatchObject({
    kind: 'Unavailable',
  });
});

test('a store that is silent ends in Timeout', async () => {
  const silent = http.createServer();
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
  jest.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate', 'queueMicrotask', 'Date'] });
  try {
    const asked = new Promise((resolve) => silent.once('request', resolve));
    const { port } = silent.address() as AddressInfo;
    const error = refused({ ...good, endpoint: `http://127.0.0.1:${port}` });
    await asked;
    jest.advanceTimersByTime(20_000);
    expect(await error).toMatchObject({ kind: 'Timeout' });
  } finally {
    jest.useRealTimers();
    silent.closeAllConnections();
    silent.close();
  }
});

test.each<[string, S3StoreOptions, string]>([
  ['no bucket', { bucket: '' }, 'OPTION_INVALID'],
  ['a bucket with a folder', { bucket: 'a/b' }, 'OPTION_INVALID'],
  ['a bucket as a URL', { bucket: 's3://a' }, 'OPTION_INVALID'],
  ['an endpoint that is none', { bucket: 'test', endpoint: 's3.example.com' }, 'OPTION_INVALID'],
  ['a key alone', { bucket: 'test', accessKeyId: 'a' }, 'STORE_SETTINGS_INCOMPLETE'],
  ['a secret alone', { bucket: 'test', secretAccessKey: 'a' }, 'STORE_SETTINGS_INCOMPLETE'],
])('%s is refused before anything is asked', async (_, options, code) => {
  const before = server.requests.length;
  const error = await refused({ endpoint: server.url, ...options });
  expect(error).toMatchObject({ code });
  expect(server.requests).toHaveLength(before);
});

test('an endpoint with a password in it is refused, and not repeated', async () => {
  const error = await refused({ ...good, endpoint: 'http://key:pass-word@127.0.0.1:1' });
  expect(error).toMatchObject({ code: 'OPTION_INVALID' });
  expect(String(error)).not.toContain('pass-word');
});

describe('with nothing in the environment', () => {
  const names = Object.keys(process.env).filter((name) => name.startsWith('AWS_'));
  const kept = Object.fromEntries(names.map((name) => [name, process.env[name]]));
  beforeAll(() => {
    for (const name of names) delete process.env[name];
    process.env.AWS_CONFIG_FILE = process.env.AWS_SHARED_CREDENTIALS_FILE = '/nowhere/at/all';
    process.env.AWS_EC2_METADATA_DISABLED = 'true';
  });
  afterAll(() => {
    delete process.env.AWS_CONFIG_FILE;
    delete process.env.AWS_SHARED_CREDENTIALS_FILE;
    delete process.env.AWS_EC2_METADATA_DISABLED;
    Object.assign(process.env, kept);
  });

  test('no region is STORE_SETTINGS_INCOMPLETE on AWS', async () => {
    const error = await refused({ bucket: 'test' });
    expect(error).toMatchObject({ code: 'STORE_SETTINGS_INCOMPLETE' });
    expect(String(error)).toContain('AWS_REGION');
  });

  test('no credentials are Unauthenticated, with what to do', async () => {
    const error = await refused({ bucket: 'test', endpoint: server.url });
    expect(error).toMatchObject({ kind: 'Unauthenticated' });
    expect(error.message).toContain('AWS_ACCESS_KEY_ID');
  });

  test('credentials of the environment are found', async () => {
    process.env.AWS_ACCESS_KEY_ID = server.credentials.accessKeyId;
    process.env.AWS_SECRET_ACCESS_KEY = server.credentials.secretAccessKey;
    try {
      await S3Store.open({ bucket: 'test', endpoint: server.url });
    } finally {
      delete process.env.AWS_ACCESS_KEY_ID;
      delete process.env.AWS_SECRET_ACCESS_KEY;
    }
  });
});

describe('what a service wants otherwise', () => {
  const seen: http.IncomingMessage[] = [];
  const echo = http.createServer((message, response) => {
    seen.push(message);
    message.resume();
    response.setHeader('etag', '"x"');
    response.end(message.method === 'GET' ? '<ListBucketResult></ListBucketResult>' : '');
  });
  let options: S3StoreOptions;
  beforeAll(async () => {
    await new Promise<void>((resolve) => echo.listen(0, '127.0.0.1', resolve));
    const { port } = echo.address() as AddressInfo;
    options = { ...good, endpoint: `http://127.0.0.1:${port}` };
  });
  beforeEach(() => {
    seen.length = 0;
  });
  afterAll(() => {
    echo.closeAllConnections();
    echo.close();
  });

  test('headers of its own go with every request, signed', async () => {
    await S3Store.open({ ...options, headers: { 'x-tigris-consistent': 'true' } });
    expect(seen).toHaveLength(1);
    expect(seen[0]!.headers['x-tigris-consistent']).toBe('true');
    expect(seen[0]!.headers.authorization).toContain('x-tigris-consistent');
  });

  test('a tag goes with its quotes, or without', async () => {
    for (const bareIfMatch of [false, true]) {
      const store = await S3Store.open({ ...options, bareIfMatch });
      await store.put('a', Buffer.from('x'), { mode: { ifMatch: '"tag"' } });
      expect(seen.at(-1)!.headers['if-match']).toBe(bareIfMatch ? 'tag' : '"tag"');
    }
  });

  test('with an endpoint the bucket stands in the path, not in the host', async () => {
    await S3Store.open(options);
    expect(seen.at(-1)!.url).toMatch(/^\/test\/?\?/);
    expect(seen.at(-1)!.headers.host).toMatch(/^127\.0\.0\.1:/);
  });
});

test('a missing SDK is PACKAGE_MISSING with the line that installs it', async () => {
  jest.resetModules();
  jest.doMock('@aws-sdk/client-s3', () => {
    throw Object.assign(new Error('Cannot find module'), { code: 'MODULE_NOT_FOUND' });
  });
  try {
    const fresh = require('../../libs/storage/providers/s3') as { S3Store: typeof S3Store };
    const error: unknown = await fresh.S3Store.open(good).catch((reason: unknown) => reason);
    expect(error).toMatchObject({
      code: 'PACKAGE_MISSING',
      hint: 'Run: npm install @aws-sdk/client-s3',
    });
  } finally {
    jest.dontMock('@aws-sdk/client-s3');
    jest.resetModules();
  }
});
