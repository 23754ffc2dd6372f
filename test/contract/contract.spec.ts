import { mkdtemp, rm, truncate } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import {
  DirectoryStore,
  MemoryStore,
  type ObjectStore,
  prefixed,
  type StoredObject,
  systemClock,
  withDeadline,
  withRetry,
} from '../../libs/storage';
import { describeObjectStoreContract, FaultyObjectStore } from '../../libs/testing';

const roots: string[] = [];

async function directory(): Promise<DirectoryStore> {
  const root = await mkdtemp(path.join(tmpdir(), 'object-store-'));
  roots.push(root);
  return DirectoryStore.open({ root });
}

afterAll(async () => {
  for (const root of roots) await rm(root, { recursive: true, force: true });
});

describeObjectStoreContract('memory', () => new MemoryStore());
describeObjectStoreContract(
  'memory, without order',
  () => new MemoryStore({ capabilities: { orderedList: false, listAfter: false } }),
  { listed: 300 },
);

let bare: DirectoryStore;
describeObjectStoreContract('directory', async () => (bare = await directory()), {
  async cutBody(key: string, get: () => Promise<StoredObject>) {
    const object = await get();
    await truncate(path.join(bare.root, key), 2_500_000);
    return object;
  },
});

const wrappers: Record<string, (store: ObjectStore) => ObjectStore> = {
  prefixed: (store) => prefixed(store, 'some/folder/'),
  'with a deadline': (store) => withDeadline(store, { callMs: 20_000, stallMs: 20_000 }),
  'with retries': (store) =>
    withRetry(
      store,
      { attempts: 3, baseMs: 1, maxMs: 2 },
      { sleep: (ms, signal) => systemClock.sleep(ms, signal), random: () => 0.5 },
    ),
  'faulty, on a good day': (store) => new FaultyObjectStore(store),
};
const light = { racers: 20, rounds: 1, listed: 100, streamed: 2 << 20 };

for (const [name, wrap] of Object.entries(wrappers)) {
  describeObjectStoreContract(`memory, ${name}`, () => wrap(new MemoryStore()), light);
  describeObjectStoreContract(`directory, ${name}`, async () => wrap(await directory()), light);
}
