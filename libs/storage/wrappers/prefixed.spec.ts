import { MemoryStore } from '../providers/memory/memory.store';
import { readBody } from '../read-body';
import { prefixed } from './prefixed';

const all = async (store: MemoryStore) => {
  const keys: string[] = [];
  for await (const { key } of store.list('')) keys.push(key);
  return keys;
};

test.each(['app.replica', 'app.replica/'])(
  'a part named %j lies below that folder',
  async (folder) => {
    const whole = new MemoryStore();
    const part = prefixed(whole, folder);
    await part.put('ltx/0/a', Buffer.from('x'), { mode: 'create' });
    expect(await all(whole)).toEqual(['app.replica/ltx/0/a']);
    expect((await part.head('ltx/0/a')).key).toBe('ltx/0/a');
  },
);

test('nothing beside the folder is seen, not even what its name begins', async () => {
  const whole = new MemoryStore();
  const part = prefixed(whole, 'a');
  for (const key of ['a/1', 'ab/1', 'a0', 'b'])
    await whole.put(key, Buffer.from(key), { mode: 'create' });
  const seen: string[] = [];
  for await (const { key } of part.list('')) seen.push(key);
  expect(seen).toEqual(['1']);
  expect(String(await readBody(await part.get('1'), 10))).toBe('a/1');
});

test('no key leads out of the folder', async () => {
  const whole = new MemoryStore();
  const part = prefixed(whole, 'a');
  await whole.put('b', Buffer.from('x'), { mode: 'create' });
  for (const key of ['../b', '', '/b'])
    await expect(part.get(key)).rejects.toMatchObject({ kind: 'Rejected' });
});

test('errors name the key as it is found in the store', async () => {
  await expect(prefixed(new MemoryStore(), 'a/b').head('c')).rejects.toMatchObject({
    key: 'a/b/c',
  });
});

test('a folder that is no key is refused', () => {
  for (const folder of ['', '/', '../a', '/a']) {
    expect(() => prefixed(new MemoryStore(), folder)).toThrow('Rejected');
  }
});
