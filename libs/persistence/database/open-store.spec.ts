import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { DirectoryStore, MemoryStore } from '../../storage';
import { StoreError, type StoreErrorKind } from '../../storage/store-error';
import { choice, directory, memory } from '../storage/storage-choice';
import { s3 } from '../storage/s3';
import { planStorage } from '../storage/detect-storage';
import type { StoragePlan } from '../storage/storage-plan';
import { accessStore } from './store-access';
import { openStore, PLAIN_SOURCES, type StoreSources } from './open-store';

const planned = (option: Parameters<typeof planStorage>[1]): StoragePlan =>
  planStorage('app', option, () => undefined);

describe('opening the store', () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'open-'));
  });

  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('opens none where none is planned', async () => {
    expect(await openStore({ kind: 'none', unused: [] })).toBeNull();
  });

  it('roots NETWORK_DB_PATH in the folder beside that path', async () => {
    const file = path.join(folder, 'name.db');
    const store = await openStore({ kind: 'network-path', file, because: '' });
    expect(store).toBeInstanceOf(DirectoryStore);
    expect(existsSync(`${file}.replica`)).toBe(true);
  });

  it('names the variable of the database whose NETWORK_DB_PATH is wrong', async () => {
    const orders = (file: string) =>
      planStorage('orders', undefined, (variable) =>
        variable === 'NETWORK_DB_PATH' ? file : undefined,
      );
    await expect(openStore(orders(folder))).rejects.toMatchObject({
      code: 'OPTION_INVALID',
      message: 'NETWORK_DB_PATH_ORDERS names a folder.',
    });
    await expect(openStore(orders(path.join(folder, 'no', 'x.db')))).rejects.toMatchObject({
      code: 'STORE_UNREACHABLE',
      message: expect.stringContaining('NETWORK_DB_PATH_ORDERS'),
    });
  });

  it('makes the folder of directory(), but never the one of a volume that is not mounted', async () => {
    const root = path.join(folder, 'sub');
    await expect(
      openStore(planned(choice({ kind: 'directory', root, volume: 'VERCEL_VOLUME_PATH' }))),
    ).rejects.toMatchObject({
      code: 'STORE_UNREACHABLE',
      message: expect.stringContaining('VERCEL_VOLUME_PATH'),
    });
    expect(existsSync(root)).toBe(false);
    expect(await openStore(planned(directory({ path: root })))).toBeInstanceOf(DirectoryStore);
  });

  it('takes a store as it is, and a class through the injector', async () => {
    const store = new MemoryStore();
    expect(await openStore(planned(store))).toBe(store);
    const instantiate = jest.fn(PLAIN_SOURCES.instantiate);
    const built = await openStore(planned(MemoryStore), { ...PLAIN_SOURCES, instantiate });
    expect(built).toBeInstanceOf(MemoryStore);
    expect(instantiate).toHaveBeenCalledWith(MemoryStore);
  });

  it('memory() is the same store at every start', async () => {
    const plan = planned(memory());
    expect(await openStore(plan)).toBe(await openStore(plan));
  });

  it('refuses a class that is no store', async () => {
    class NoStore {}
    const opening = openStore(planned(NoStore as never));
    await expect(opening).rejects.toMatchObject({ code: 'OPTION_INVALID' });
  });

  it('refuses a store that lets two writers create the same object, unless it is trusted', () => {
    const store = new MemoryStore({ capabilities: { conditionalCreate: false } });
    expect(() => accessStore(store, planned(store) as never, 'exclusive')).toThrow(
      expect.objectContaining({
        code: 'STORE_NOT_CONDITIONAL',
        hint: expect.stringContaining('PERSISTENCE_OWNERSHIP'),
      }),
    );
    expect(accessStore(store, planned(store) as never, 'trusted').replica).toBeDefined();
  });

  describe('over the network', () => {
    const plan = planned(s3({ bucket: 'b', key: 'x.db' }));
    const sources = (open: () => Promise<MemoryStore>): StoreSources => ({
      ...PLAIN_SOURCES,
      s3: { open },
    });
    const fail = (kind: StoreErrorKind) => () => Promise.reject(new StoreError(kind, 'k', 'no'));

    it('asks the provider with the settings', async () => {
      const open = jest.fn(() => Promise.resolve(new MemoryStore()));
      await openStore(plan, sources(open));
      expect(open).toHaveBeenCalledWith({ bucket: 'b', key: 'x.db' });
    });

    it('tries again what may pass', async () => {
      const store = new MemoryStore();
      const open = jest
        .fn(fail('Unavailable'))
        .mockRejectedValueOnce(new StoreError('Throttled', '', ''));
      open.mockResolvedValueOnce(store as never);
      expect(await openStore(plan, sources(open))).toBe(store);
      expect(open).toHaveBeenCalledTimes(2);
    });

    it.each([
      ['PermissionDenied', 'STORE_DENIED'],
      ['Unauthenticated', 'STORE_DENIED'],
    ] as const)('says of a store that answers %s: %s, at once', async (kind, code) => {
      const open = jest.fn(fail(kind));
      await expect(openStore(plan, sources(open))).rejects.toMatchObject({
        code,
        message: expect.stringContaining('S3, bucket b, x.db.replica'),
      });
      expect(open).toHaveBeenCalledTimes(1);
    });

    it('says of a store that stays away: STORE_UNREACHABLE', async () => {
      await expect(openStore(plan, sources(fail('Unavailable')))).rejects.toMatchObject({
        code: 'STORE_UNREACHABLE',
      });
    });
  });
});
