import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { DirectoryStore, MemoryStore } from '../../storage';
import { StoreError } from '../../storage/store-error';
import { directory, memory } from '../storage/storage-choice';
import { openStore, plainFile, replicaStore } from './open-store';

const noInjection = () => Promise.reject(new Error('Nothing is to be instantiated.'));

describe('opening the store', () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'open-'));
  });

  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('opens none where none is planned', async () => {
    expect(await openStore({ kind: 'none', unused: [] }, noInjection)).toBeNull();
  });

  it('roots NETWORK_DB_PATH in the folder beside that path', async () => {
    const file = path.join(folder, 'name.db');
    const plan = { kind: 'network-path', file } as const;
    const store = await openStore(plan, noInjection);
    expect(store).toBeInstanceOf(DirectoryStore);
    await replicaStore(store!, plan, 'app').put('replica.json', Buffer.from('{}'), {
      mode: 'create',
    });
    expect(existsSync(path.join(folder, 'name.db.replica', 'replica.json'))).toBe(true);
  });

  it('keeps every database of a shared store in its own folder', async () => {
    const plan = { kind: 'option', option: directory({ path: folder }) } as const;
    const store = await openStore(plan, noInjection);
    await replicaStore(store!, plan, 'orders').put('replica.json', Buffer.from('{}'), {
      mode: 'create',
    });
    expect(existsSync(path.join(folder, 'orders.db.replica', 'replica.json'))).toBe(true);
  });

  it('finds the plain file that an empty replica begins with, and looks for none where there is none', async () => {
    const file = path.join(folder, 'name.db');
    const plan = { kind: 'network-path', file } as const;
    const store = await openStore(plan, noInjection);
    expect(await plainFile(store!, plan, 'app')).toBeUndefined();
    writeFileSync(file, 'SQLite format 3');
    const found = await plainFile(store!, plan, 'app');
    expect(found!.key).toBe('name.db');
    expect(await found!.store.head('name.db')).toMatchObject({ size: 15 });

    const shared = { kind: 'option', option: new MemoryStore() } as const;
    expect(await plainFile(shared.option, shared, 'orders')).toMatchObject({ key: 'orders.db' });
  });

  it('takes a store as it is, and a class through the injector', async () => {
    const store = new MemoryStore();
    expect(await openStore({ kind: 'option', option: store }, noInjection)).toBe(store);
    const built = await openStore({ kind: 'option', option: MemoryStore }, (type) =>
      Promise.resolve(new type()),
    );
    expect(built).toBeInstanceOf(MemoryStore);
    const choice = memory();
    expect(await choice.open()).toBe(await choice.open());
  });

  it('refuses a class that is no store', async () => {
    class NoStore {}
    const opening = openStore({ kind: 'option', option: NoStore as never }, () =>
      Promise.resolve(new NoStore()),
    );
    await expect(opening).rejects.toMatchObject({ code: 'OPTION_INVALID' });
  });

  it.each([
    ['Unavailable', 'STORE_UNREACHABLE'],
    ['PermissionDenied', 'STORE_DENIED'],
  ] as const)('says of a store that answers %s: %s', async (kind, code) => {
    const open = () => Promise.reject(new StoreError(kind, '', 'no'));
    const opening = openStore({ kind: 'option', option: { kind: 'directory', open } }, noInjection);
    await expect(opening).rejects.toMatchObject({ code });
  });

  it('refuses a store that lets two writers create the same object', () => {
    const store = new MemoryStore({ capabilities: { conditionalCreate: false } });
    expect(() => replicaStore(store, { kind: 'option', option: store }, 'app')).toThrow(
      expect.objectContaining({ code: 'STORE_NOT_CONDITIONAL' }),
    );
  });
});
