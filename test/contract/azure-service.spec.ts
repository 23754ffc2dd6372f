import { randomBytes } from 'node:crypto';
import { tmpdir } from 'node:os';
import { inspect } from 'node:util';
import {
  AccountSASPermissions,
  BlobServiceClient,
  type ContainerClient,
} from '@azure/storage-blob';
import { runCli } from '../../apps/cli/testing/run-cli';
import { AzureBlobStore, readBody, StoreError } from '../../libs/storage';
import { openContainer } from '../../libs/storage/providers/azure-blob/open-container';
import { type Azurite, describeWithAzurite, startAzurite } from '../servers/azurite';
import { FaultProxy, type HttpFault } from '../servers/fault-proxy';

const MIB = 1 << 20;

describeWithAzurite('Azure Blob', () => {
  let azurite: Azurite;
  let proxy: FaultProxy;
  /** Through the proxy. */
  let connectionString: string;
  let container: ContainerClient;
  let store: AzureBlobStore;

  beforeAll(async () => {
    azurite = await startAzurite();
    proxy = await FaultProxy.start(azurite.url);
    connectionString = azurite.connectionString.replace(azurite.url, proxy.url);
    container = freshContainer();
    store = await open(connectionString);
  }, 90_000);

  beforeEach(() => {
    proxy.heal();
    proxy.requests.length = 0;
  });

  afterAll(async () => {
    await proxy?.close();
    await azurite?.close();
  });

  const freshContainer = () =>
    BlobServiceClient.fromConnectionString(connectionString).getContainerClient(
      `test-${randomBytes(6).toString('hex')}`,
    );
  const open = (connection: string, name = container.containerName) =>
    AzureBlobStore.open({ connectionString: connection, container: name });
  const puts = () => proxy.requests.filter(({ method }) => method === 'PUT');

  describe('the container', () => {
    test('is created where it is absent, by any number of starts together', async () => {
      const fresh = freshContainer();
      const opened = await Promise.all(
        Array.from({ length: 8 }, () => open(connectionString, fresh.containerName)),
      );
      expect(opened).toHaveLength(8);
      expect(await fresh.exists()).toBe(true);
    });

    test('that is there takes one read and no write to open', async () => {
      await open(connectionString);
      expect(proxy.requests.map(({ method }) => method)).toEqual(['GET']);
    });

    test('that is absent and may not be created is STORE_BUCKET_MISSING, with a hint', async () => {
      const readers = sharedAccess(connectionString, 'rl');
      const { containerName } = freshContainer();
      await expect(open(readers, containerName)).rejects.toMatchObject({
        code: 'STORE_BUCKET_MISSING',
        message: expect.stringContaining(containerName),
        hint: expect.stringContaining('az storage container create'),
      });
    });

    test('is not created for somebody who only looks', async () => {
      const fresh = freshContainer();
      await expect(
        AzureBlobStore.open(
          { connectionString, container: fresh.containerName },
          { create: false },
        ),
      ).rejects.toMatchObject({
        code: 'STORE_BUCKET_MISSING',
        message: expect.stringContaining(fresh.containerName),
      });
      const { containerName } = fresh;
      const env = {
        AZURE_STORAGE_CONNECTION_STRING: connectionString,
        AZURE_STORAGE_CONTAINER: containerName,
      };
      const status = await runCli(['status'], { cwd: tmpdir(), env });
      expect(status).toMatchObject({ code: 1, stdout: '' });
      expect(status.stderr).toContain('STORE_BUCKET_MISSING');
      expect(await fresh.exists()).toBe(false);
    });

    test('that is there opens without the right to create one', async () => {
      await expect(open(sharedAccess(connectionString, 'rl'))).resolves.toBeDefined();
    });

    test('of a service that is silent is not waited for without end', async () => {
      proxy.inject({ fault: { kind: 'silence' } });
      const late = AbortSignal.timeout(300);
      await expect(openContainer(container, { late })).rejects.toMatchObject({ kind: 'Timeout' });
    });

    test('that is still being deleted is an outage that passes', async () => {
      const { containerName } = freshContainer();
      proxy.inject({
        fault: answer(409, 'ContainerBeingDeleted'),
        when: ({ method }) => method === 'PUT',
      });
      await expect(open(connectionString, containerName)).rejects.toMatchObject({
        kind: 'Unavailable',
      });
      await expect(open(connectionString, containerName)).resolves.toBeDefined();
    });

    test('that is deleted under us is never taken for an empty one, and works again once it is back', async () => {
      const fresh = freshContainer();
      const doomed = await open(connectionString, fresh.containerName);
      await doomed.put('a', Buffer.from('x'), { mode: 'create' });
      await fresh.delete();
      const list = async () => {
        for await (const object of doomed.list('')) expect(object).toBeUndefined();
      };
      const calls: Record<string, () => Promise<unknown>> = {
        get: () => doomed.get('a'),
        head: () => doomed.head('a'),
        list,
        create: () => doomed.put('b', Buffer.from('x'), { mode: 'create' }),
        swap: () => doomed.put('a', Buffer.from('x'), { mode: { ifMatch: '"1"' } }),
        delete: () => doomed.deleteMany(['a']),
      };
      for (const [name, call] of Object.entries(calls)) {
        const outcome = await call().then(
          () => 'resolved',
          (error: Error) => error.message,
        );
        expect([name, outcome]).toEqual([
          name,
          expect.stringContaining('Rejected: the container is gone'),
        ]);
      }
      await fresh.create();
      await expect(doomed.put('a', Buffer.from('x'), { mode: 'create' })).resolves.toBeDefined();
    });
  });

  describe('credentials', () => {
    const KEY = 'c2VjcmV0LWNhbmFyeS1rZXk=';

    test('that are wrong are refused for good, and nothing shown holds the key or a signature', async () => {
      const wrong = connectionString.replace(/AccountKey=[^;]+/, `AccountKey=${KEY}`);
      const error = await open(wrong).catch((reason: unknown) => reason);
      // The service says AuthenticationFailed, Azurite AuthorizationFailure.
      expect(['Unauthenticated', 'PermissionDenied']).toContain((error as StoreError).kind);
      const shown = `${String(error)} ${inspect(error, { depth: 20, showHidden: true })}`;
      expect(shown).not.toContain(KEY);
      expect(shown).not.toMatch(/SharedKey devstoreaccount1:/);
    });

    test('that may not write are PermissionDenied', async () => {
      const reader = await open(sharedAccess(connectionString, 'rl'));
      await expect(
        reader.put('denied', Buffer.from('x'), { mode: 'create' }),
      ).rejects.toMatchObject({
        kind: 'PermissionDenied',
        key: 'denied',
      });
    });

    test('in a signature stay out of what an error shows', async () => {
      const reader = await open(sharedAccess(connectionString, 'rl'));
      const error = await reader
        .put('denied', Buffer.from('x'), { mode: 'create' })
        .catch((reason: unknown) => reason);
      const shown = `${String(error)} ${inspect(error, { depth: 20 })}`;
      expect(shown).not.toMatch(/sig=[A-Za-z0-9%]{20}/);
    });
  });

  describe('a request', () => {
    test('is one, whatever becomes of it: the SDK does not try again', async () => {
      proxy.inject({ fault: answer(503, 'ServerBusy'), times: Infinity });
      await expect(store.head('a')).rejects.toMatchObject({ kind: 'Throttled' });
      await expect(store.put('a', Buffer.from('x'), { mode: 'create' })).rejects.toBeInstanceOf(
        StoreError,
      );
      await expect(store.get('a')).rejects.toBeInstanceOf(StoreError);
      expect(proxy.requests).toHaveLength(3);
    });

    test.each([
      [500, 'OperationTimedOut', 'Unavailable'],
      [500, 'InternalError', 'Unavailable'],
      [403, 'AuthenticationFailed', 'Unauthenticated'],
      [403, 'AuthorizationFailure', 'PermissionDenied'],
      [409, 'SnapshotsPresent', 'Rejected'],
      [412, 'LeaseIdMissing', 'Rejected'],
      [409, 'BlobImmutableDueToPolicy', 'Rejected'],
      [403, 'UnauthorizedBlobOverwrite', 'AlreadyExists'],
    ])('answered with %i %s is %s', async (status, code, kind) => {
      proxy.inject({ fault: answer(status, code) });
      const call = store.put(`codes/${code}`, Buffer.from('x'), { mode: 'create' });
      await expect(call).rejects.toMatchObject({ kind });
    });

    test('for the head of an object that is refused without a word is asked again for the word', async () => {
      const silent: HttpFault = { kind: 'answer', status: 404 };
      const head = ({ method }: { method: string }) => method === 'HEAD';
      proxy.inject({ fault: silent, when: head });
      await expect(store.head('absent')).rejects.toMatchObject({ kind: 'NotFound' });

      proxy.inject({ fault: silent, when: head });
      proxy.inject({
        fault: answer(404, 'ContainerNotFound'),
        when: ({ method }) => method === 'GET',
      });
      await expect(store.head('absent')).rejects.toMatchObject({ kind: 'Rejected' });
    });

    test('that nobody hears is Unavailable', async () => {
      const closed = await FaultProxy.start(azurite.url);
      const lost = await AzureBlobStore.open({
        connectionString: azurite.connectionString.replace(azurite.url, closed.url),
        container: container.containerName,
      });
      await closed.close();
      await expect(lost.head('a')).rejects.toMatchObject({ kind: 'Unavailable' });
    });
  });

  describe('an object', () => {
    test('with a condition is a single request, however large', async () => {
      const body = { size: 24 * MIB, open: () => pieces(24) };
      const { tag } = await store.put('large', body, { mode: 'create' });
      await store.put('large', body, { mode: { ifMatch: tag } });
      expect(puts()).toHaveLength(2);
    });

    test('above 16 MiB without one goes in blocks, and is whole, with its time and metadata', async () => {
      const time = 1_700_000_000_120;
      const body = { size: 24 * MIB, open: () => pieces(24) };
      const metadata = { txid: '7' };
      const { tag } = await store.put('blocks', body, { mode: 'overwrite', time, metadata });
      expect(puts().filter(({ path }) => path.includes('comp=block&'))).toHaveLength(6);
      const object = await store.get('blocks');
      expect(object).toMatchObject({ tag, time, metadata, size: 24 * MIB });
      const found = await readBody(object, 24 * MIB);
      const expected: Uint8Array[] = [];
      for await (const piece of pieces(24)) expected.push(piece);
      expect(Buffer.concat(expected).equals(found)).toBe(true);
    });

    test('in blocks whose source breaks, or is longer than it said, leaves what was there', async () => {
      await store.put('half', Buffer.from('old'), { mode: 'overwrite' });
      const reason = new Error('the source broke');
      const broken = {
        size: 24 * MIB,
        async *open() {
          yield* pieces(20);
          throw reason;
        },
      };
      await expect(store.put('half', broken, { mode: 'overwrite' })).rejects.toBe(reason);
      const longer = { size: 24 * MIB, open: () => pieces(25) };
      await expect(store.put('half', longer, { mode: 'overwrite' })).rejects.toMatchObject({
        kind: 'Rejected',
      });
      expect(String(await readBody(await store.get('half'), 100))).toBe('old');
    });

    test('above 5,000 MiB with a condition is refused before a byte is sent', async () => {
      const body = {
        size: 5001 * MIB,
        open(): AsyncIterable<Uint8Array> {
          throw new Error('opened');
        },
      };
      await expect(store.put('huge', body, { mode: 'create' })).rejects.toMatchObject({
        kind: 'Rejected',
      });
      expect(proxy.requests).toEqual([]);
    });

    test('whose source has more than it said is refused, though the service had all it waited for', async () => {
      async function* open() {
        yield Buffer.alloc(MIB);
        // Time for the service to take it for whole, if it has got it.
        for (let i = 0; i < 30; i++) {
          await expect(store.head('more')).rejects.toMatchObject({ kind: 'NotFound' });
        }
        yield Buffer.from('!');
      }
      const call = store.put('more', { size: MIB, open }, { mode: 'create' });
      await expect(call).rejects.toMatchObject({ kind: 'Rejected' });
      await expect(store.head('more')).rejects.toMatchObject({ kind: 'NotFound' });
    });

    test('has its time where Litestream looks for it, as Litestream writes it', async () => {
      const time = Date.UTC(2026, 10, 24, 10, 0, 0, 120);
      await store.put('timed', Buffer.from('x'), { mode: 'create', time });
      const { metadata } = await container.getBlobClient('timed').getProperties();
      expect(metadata).toEqual({ litestreamtimestamp: '2026-11-24T10:00:00.12Z' });
    });

    test('of Litestream tells its time, and a listing tells when the service wrote each', async () => {
      const metadata = { litestreamtimestamp: '2026-11-24T10:00:00.123456789Z' };
      await container.getBlockBlobClient('foreign/1').upload('x', 1, { metadata });
      const expected = Date.UTC(2026, 10, 24, 10, 0, 0, 123);
      expect(await store.head('foreign/1')).toMatchObject({ time: expected, metadata: {} });
      const { lastModified } = await container.getBlobClient('foreign/1').getProperties();
      const listed = [];
      for await (const object of store.list('foreign/')) listed.push(object);
      expect(listed).toEqual([
        { key: 'foreign/1', size: 1, time: expected, written: lastModified!.getTime() },
      ]);
    });

    test('that is the folder of an account with folders is none', async () => {
      const metadata = { hdi_isfolder: 'true' };
      await container.getBlockBlobClient('tree').upload('', 0, { metadata });
      await store.put('tree/leaf', Buffer.from('x'), { mode: 'create' });
      const keys = [];
      for await (const { key } of store.list('tree')) keys.push(key);
      expect(keys).toEqual(['tree/leaf']);
      await expect(store.get('tree')).rejects.toMatchObject({ kind: 'NotFound' });
      await expect(store.head('tree')).rejects.toMatchObject({ kind: 'NotFound' });
    });
  });

  test('a client of the app’s own is used as it is', async () => {
    const own = await AzureBlobStore.open({ client: container });
    await own.put('by-client', Buffer.from('x'), { mode: 'create' });
    expect((await store.head('by-client')).size).toBe(1);
  });
});

function answer(status: number, code: string): HttpFault {
  return {
    kind: 'answer',
    status,
    headers: { 'content-type': 'application/xml', 'x-ms-error-code': code },
    body: `<?xml version="1.0" encoding="utf-8"?><Error><Code>${code}</Code><Message>no</Message></Error>`,
  };
}

async function* pieces(count: number): AsyncGenerator<Uint8Array> {
  for (let i = 0; i < count; i++) yield Buffer.alloc(MIB, i + 1);
}

/** A connection string with a signature for these permissions, on containers and what is in them. */
function sharedAccess(connectionString: string, permissions: string): string {
  const service = BlobServiceClient.fromConnectionString(connectionString);
  const url = new URL(
    service.generateAccountSasUrl(
      new Date(Date.now() + 3_600_000),
      AccountSASPermissions.parse(permissions),
      'co',
    ),
  );
  return `BlobEndpoint=${url.origin}${url.pathname};SharedAccessSignature=${url.search.slice(1)}`;
}
