import type { ListedObject, ObjectStore } from '../../storage/object-store';
import { MemoryStore, StoreError } from '../../storage';
import { readInventory } from './inventory';
import { logKey } from './log-keys';

const put = async (store: ObjectStore, ...keys: string[]): Promise<void> => {
  for (const [n, key] of keys.entries()) {
    await store.put(key, Buffer.alloc(131 + n), { mode: 'create', time: 1000 + n });
  }
};

describe('An inventory', () => {
  it('holds every file of every level in order, and nothing else', async () => {
    const store = new MemoryStore({ now: () => 2000 });
    const keys = [
      logKey(0, 10, 10),
      logKey(0, 9, 9),
      logKey(1, 1, 8),
      logKey(7, 3, 4),
      logKey(9, 1, 8),
    ];
    await put(store, ...keys);
    await put(
      store,
      'replica.json',
      'ltx/0/notes.txt',
      'ltx/0/0000000000000000-0000000000000001.ltx',
      'ltx/0/0000000000000003-0000000000000002.ltx',
      'ltx/0/000000000000000A-000000000000000A.ltx',
      'ltx/0/ffffffffffffffff-ffffffffffffffff.ltx',
      'ltx/0/deeper/0000000000000001-0000000000000001.ltx',
      'ltx/10/0000000000000001-0000000000000001.ltx',
      'ltx/x/0000000000000001-0000000000000001.ltx',
    );
    const { files } = await readInventory(store);
    expect(files.map(({ key }) => key)).toEqual([keys[1], keys[0], keys[2], keys[3], keys[4]]);
    expect(files[1]).toEqual({
      level: 0,
      minTxid: 10,
      maxTxid: 10,
      size: 131,
      time: 1000,
      written: 2000,
      key: keys[0],
    });
  });

  it('sees a file that a merge replaces meanwhile at one place at least', async () => {
    const store = new MemoryStore();
    await put(store, logKey(0, 1, 1), logKey(0, 2, 2));
    const list = store.list.bind(store);
    store.list = async function* (prefix, options): AsyncGenerator<ListedObject> {
      // Between any two listings: merge what is there, then delete it.
      yield* list(prefix, options);
      if (prefix !== 'ltx/0/') return;
      await put(store, logKey(1, 1, 2));
      await store.deleteMany([logKey(0, 1, 1), logKey(0, 2, 2)]);
    };
    const { files } = await readInventory(store);
    expect(files.some(({ maxTxid }) => maxTxid === 2)).toBe(true);
  });

  it('asks for the times that a listing does not tell only if they are wanted', async () => {
    const store = new MemoryStore();
    await put(store, logKey(0, 1, 1), logKey(0, 2, 2), logKey(1, 1, 2));
    const list = store.list.bind(store);
    store.list = async function* (prefix, options): AsyncGenerator<ListedObject> {
      for await (const { key, size } of list(prefix, options)) yield { key, size };
    };
    expect((await readInventory(store)).files.map(({ time }) => time)).toEqual([
      undefined,
      undefined,
      undefined,
    ]);

    const head = store.head.bind(store);
    store.head = async (key, options) => {
      if (key === logKey(0, 2, 2)) throw new StoreError('NotFound', key, 'it was merged');
      return await head(key, options);
    };
    const dated = await readInventory(store, { times: true });
    expect(dated.files.map(({ key, time }) => [key, time])).toEqual([
      [logKey(0, 1, 1), 1000],
      [logKey(1, 1, 2), 1002],
    ]);
  });

  it('that cannot be listed is a failure, never empty', async () => {
    const store = new MemoryStore();
    store.list = (prefix) => {
      throw new StoreError('PermissionDenied', prefix, 'no');
    };
    await expect(readInventory(store)).rejects.toMatchObject({ kind: 'PermissionDenied' });
    const stop = AbortSignal.abort(new Error('stop'));
    await expect(readInventory(new MemoryStore(), { signal: stop })).rejects.toThrow('stop');
  });
});
