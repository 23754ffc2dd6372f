import { mkdtemp, rm, truncate } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DirectoryStore, MemoryStore, type StoredObject } from '../../libs/storage';
import { describeObjectStoreContract, FaultyObjectStore } from '../../libs/testing';
import { injectedFaults } from './injected-faults';
import { LIGHT, WRAPPERS } from './wrappers';

const roots: string[] = [];

async function directory(): Promise<DirectoryStore> {
  const root = await mkdtemp(path.join(tmpdir(), 'object-store-'));
  roots.push(root);
  return DirectoryStore.open({ root });
}

afterAll(async () => {
  for (const root of roots) await rm(root, { recursive: true, force: true });
});

describeObjectStoreContract('memory', () => new MemoryStore(), { large: 8 << 20 });
describeObjectStoreContract(
  'memory, without order',
  () => new MemoryStore({ capabilities: { orderedList: false, listAfter: false } }),
  { listed: 300, large: 2 << 20 },
);

let bare: DirectoryStore;
describeObjectStoreContract('directory', async () => (bare = await directory()), {
  large: 8 << 20,
  async cutBody(key: string, get: () => Promise<StoredObject>) {
    const object = await get();
    await truncate(path.join(bare.root, key), 2_500_000);
    return object;
  },
});

for (const [name, wrap] of Object.entries(WRAPPERS)) {
  describeObjectStoreContract(`memory, ${name}`, () => wrap(new MemoryStore()), LIGHT);
}
const together = WRAPPERS['all together']!;
describeObjectStoreContract(
  'directory, all wrappers',
  async () => together(await directory()),
  LIGHT,
);

const disturbed = new FaultyObjectStore(new MemoryStore());
describeObjectStoreContract('memory, disturbed', () => disturbed, {
  ...LIGHT,
  faults: injectedFaults(disturbed),
});
