import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { MemoryStore } from '../../storage';
import type { ObjectStore } from '../../storage/object-store';
import { azureBlob } from '../storage/azure-blob';
import { s3 } from '../storage/s3';
import { directory } from '../storage/storage-choice';
import { planStorage } from '../storage/detect-storage';
import type { StoragePlan } from '../storage/storage-plan';
import { openStore } from './open-store';
import { accessStore, firstFile } from './store-access';

type Planned = Exclude<StoragePlan, { kind: 'none' }>;

const planned = (option: Parameters<typeof planStorage>[1], database = 'app') =>
  planStorage(database, option, () => undefined) as Planned;

const put = (store: ObjectStore, key: string) =>
  store.put(key, Buffer.from('SQLite format 3'), { mode: 'create' });

async function keysOf(store: ObjectStore): Promise<string[]> {
  const keys: string[] = [];
  for await (const { key } of store.list('')) keys.push(key);
  return keys;
}

describe('a store as a database uses it', () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'access-'));
  });

  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('keeps every database of a shared store in its own folder', async () => {
    const plan = planned(directory({ path: folder }), 'orders');
    const { replica } = accessStore((await openStore(plan))!, plan, 'exclusive');
    await put(replica, 'replica.json');
    expect(existsSync(path.join(folder, 'orders.db.replica', 'replica.json'))).toBe(true);
  });

  it.each([
    ['S3, where Litestream looks for them', s3({ bucket: 'b', key: 'prod/x.db' }), '0000'],
    ['Azure', azureBlob({ account: 'acc', blob: 'prod/x.db' }), 'ltx/0'],
  ])('puts entries of the log in %s', async (_, choice, level) => {
    const raw = new MemoryStore();
    const { replica, plain } = accessStore(raw, planned(choice), 'exclusive');
    await put(replica, 'replica.json');
    await put(replica, 'ltx/0/0000000000000001-0000000000000001.ltx');
    await put(plain.store, plain.key);
    expect(await keysOf(raw)).toEqual([
      'prod/x.db',
      `prod/x.db.replica/${level}/0000000000000001-0000000000000001.ltx`,
      'prod/x.db.replica/replica.json',
    ]);
    expect((await keysOf(replica)).toSorted()).toEqual([
      'ltx/0/0000000000000001-0000000000000001.ltx',
      'replica.json',
    ]);
  });

  it('finds the plain file that an empty replica begins with, and makes nothing where there is none', async () => {
    const file = path.join(folder, 'name.db');
    const plan = { kind: 'network-path', file, because: '' } as const;
    const access = accessStore((await openStore(plan))!, plan, 'exclusive');
    expect(await firstFile(access, plan)).toBeUndefined();
    expect(existsSync(path.join(folder, '.tmp'))).toBe(false);
    writeFileSync(file, 'SQLite format 3');
    const found = await firstFile(access, plan);
    expect(found!.key).toBe('name.db');
    expect(await found!.store.head('name.db')).toMatchObject({ size: 15 });
  });

  it('counts what both the log and the plain file ask for, with a price where one is known', async () => {
    const plan = planned(s3({ bucket: 'b' }));
    const { replica, plain, counter, prices } = accessStore(new MemoryStore(), plan, 'exclusive');
    await put(replica, 'replica.json');
    await put(plain.store, plain.key);
    await plain.store.head(plain.key);
    expect(counter.snapshot().life.counts).toMatchObject({ put: 2, head: 1 });
    expect(prices).toMatchObject({ name: expect.stringContaining('S3') });
    const own = accessStore(new MemoryStore(), planned(new MemoryStore()), 'exclusive');
    expect(own.prices).toBeNull();
  });

  it('asks strangers for a proof of their conditions, not our own stores', () => {
    const proves = (option: Parameters<typeof planned>[0]) =>
      accessStore(new MemoryStore(), planned(option), 'exclusive').provesConditions;
    expect(proves(s3({ bucket: 'b' }))).toBe(true);
    expect(proves(azureBlob({ account: 'acc' }))).toBe(true);
    expect(proves(new MemoryStore())).toBe(true);
    expect(proves(directory({ path: folder }))).toBe(false);
  });
});
