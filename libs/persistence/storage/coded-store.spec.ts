import { MemoryStore } from '../../storage';
import type { ObjectStore } from '../../storage/object-store';
import { StoreError } from '../../storage/store-error';
import { codedStore } from './coded-store';

const bytes = Buffer.from('abc');

/** Every call, and every body and listing, ends with `error`. */
function failing(error: unknown): ObjectStore {
  const fail = () => Promise.reject(error);
  const stream = () => ({ [Symbol.asyncIterator]: () => ({ next: fail }) });
  const { capabilities } = new MemoryStore();
  return { capabilities, get: fail, put: fail, head: fail, deleteMany: fail, list: stream };
}

async function drained(items: AsyncIterable<unknown>): Promise<number> {
  let count = 0;
  for await (const _ of items) count++;
  return count;
}

const calls: [string, (store: ObjectStore, signal?: AbortSignal) => Promise<unknown>][] = [
  ['get', (store, signal) => store.get('k', { ...(signal && { signal }) })],
  ['put', (store, signal) => store.put('k', bytes, { mode: 'create', ...(signal && { signal }) })],
  ['head', (store, signal) => store.head('k', { ...(signal && { signal }) })],
  ['list', (store, signal) => drained(store.list('k', { ...(signal && { signal }) }))],
  ['deleteMany', (store, signal) => store.deleteMany(['k'], { ...(signal && { signal }) })],
];

describe('a store of the app’s own making', () => {
  it('works as it is', async () => {
    const store = codedStore(new MemoryStore());
    await store.put('k', bytes, { mode: 'create' });
    expect(await store.head('k')).toMatchObject({ size: 3 });
    expect(await drained(store.list(''))).toBe(1);
    const stored = await store.get('k');
    expect(stored).toMatchObject({ key: 'k', size: 3 });
    expect(await drained(stored.body)).toBe(1);
    await store.deleteMany(['k']);
    await expect(store.head('k')).rejects.toMatchObject({ kind: 'NotFound' });
  });

  describe.each(calls)('%s', (_, call) => {
    it('turns an error of its own into an outage, with the cause', async () => {
      const cause = new TypeError('fetch failed');
      const attempt = call(codedStore(failing(cause)));
      await expect(attempt).rejects.toMatchObject({ kind: 'Unavailable', key: 'k', cause });
    });

    it('passes on what is coded already', async () => {
      const error = new StoreError('PermissionDenied', 'k', 'no');
      await expect(call(codedStore(failing(error)))).rejects.toBe(error);
    });

    it('passes on an abort', async () => {
      const reason = new Error('enough');
      const attempt = call(codedStore(failing(reason)), AbortSignal.abort(reason));
      await expect(attempt).rejects.toBe(reason);
    });
  });

  it('turns an error in the middle of a body into an outage', async () => {
    const memory = new MemoryStore();
    await memory.put('k', bytes, { mode: 'create' });
    const cut: ObjectStore = {
      capabilities: memory.capabilities,
      put: memory.put.bind(memory),
      head: memory.head.bind(memory),
      list: memory.list.bind(memory),
      deleteMany: memory.deleteMany.bind(memory),
      get: async (key) => {
        const stored = await memory.get(key);
        return { ...stored, body: failing(new Error('reset')).list('') as never };
      },
    };
    const { body } = await codedStore(cut).get('k');
    await expect(drained(body)).rejects.toMatchObject({ kind: 'Unavailable' });
  });
});
