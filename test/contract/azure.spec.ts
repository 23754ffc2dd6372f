import { randomBytes } from 'node:crypto';
import { BlobServiceClient } from '@azure/storage-blob';
import {
  AzureBlobStore,
  type ObjectStore,
  systemClock,
  withDeadline,
  withRetry,
} from '../../libs/storage';
import { describeObjectStoreContract } from '../../libs/testing';
import { type Azurite, describeWithAzurite, startAzurite } from '../servers/azurite';
import { FaultProxy } from '../servers/fault-proxy';
import { proxiedFaults } from './proxied-faults';

const MIB = 1 << 20;
// Azurite lists by looking through everything it holds; on a busy machine that takes its time.
const light = {
  caseMs: 120_000,
  racers: 20,
  rounds: 2,
  listed: 600,
  streamed: 8 * MIB,
  large: 8 * MIB,
};
const lighter = { racers: 8, rounds: 1, listed: 60, streamed: 2 * MIB, large: 2 * MIB };

/** A real account instead of Azurite. */
const ACCOUNT = process.env.AZURE_TEST_CONNECTION_STRING;
if (ACCOUNT === '') {
  throw new Error('AZURE_TEST_CONNECTION_STRING is empty: name an account, or unset it.');
}

const freshName = () => `contract-${randomBytes(6).toString('hex')}`;

const bounded = (store: ObjectStore) =>
  withRetry(
    withDeadline(store, { callMs: 20_000, stallMs: 20_000 }),
    { attempts: 3, baseMs: 1, maxMs: 2 },
    { sleep: (ms, signal) => systemClock.sleep(ms, signal), random: () => 0.5 },
  );

if (ACCOUNT === undefined) describeWithAzurite('the contract on Azurite', onAzurite);
else onAccount(ACCOUNT);

function onAzurite(): void {
  let azurite: Azurite;
  let proxy: FaultProxy;

  beforeAll(async () => {
    azurite = await startAzurite();
    proxy = await FaultProxy.start(azurite.url);
  }, 90_000);

  afterAll(async () => {
    await proxy?.close();
    await azurite?.close();
  });

  const open = (connectionString: string) =>
    AzureBlobStore.open({ connectionString, container: freshName() });
  const throughProxy = () => azurite.connectionString.replace(azurite.url, proxy.url);

  describeObjectStoreContract('Azure Blob', () => open(throughProxy()), {
    ...light,
    faults: {
      kinds: [
        'unavailable',
        'throttled',
        'lost-answer',
        'cut-answer',
        'cut-upload',
        'silence',
        'delay',
      ],
      inject: (fault) => proxiedFaults(proxy).inject(fault),
    },
    cutBody(_key, get) {
      proxy.inject({ fault: { kind: 'cut-body', after: 1_500_000 } });
      return get();
    },
  });
  describeObjectStoreContract(
    'Azure Blob, with a deadline and retries',
    async () => bounded(await open(azurite.connectionString)),
    lighter,
  );
}

/** In a container of this run, which is deleted after it. */
function onAccount(connectionString: string): void {
  const container = freshName();
  describeObjectStoreContract(
    'Azure Blob, an account',
    async () => bounded(await AzureBlobStore.open({ connectionString, container })),
    { ...light, caseMs: 300_000 },
  );
  afterAll(async () => {
    const service = BlobServiceClient.fromConnectionString(connectionString);
    await service.deleteContainer(container);
  });
}
