import fs from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { readBody } from '../../read-body';
import { DirectoryStore } from './directory.store';

let root: string;
let store: DirectoryStore;

beforeEach(async () => {
  root = await fs.mkdtemp(path.join(tmpdir(), 'directory-store-'));
  store = await DirectoryStore.open({ root });
});

afterEach(async () => {
  jest.restoreAllMocks();
  await fs.rm(root, { recursive: true, force: true });
});

const body = Buffer.from('content');
const long = Buffer.alloc(200_000, 5);
const file = (...names: string[]) => path.join(root, ...names);
const content = async (key: string) => String(await readBody(await store.get(key), 1e6));

/** Every file, and every folder that is empty. */
async function files(): Promise<string[]> {
  const entries = await fs.readdir(root, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(root, path.join(entry.parentPath, entry.name)))
    .sort();
}

function failWith(code: string) {
  return () => Promise.reject(Object.assign(new Error(`${code}: made up`), { code }));
}

test('an object is one plain file under its key, and nothing else', async () => {
  await store.put('ltx/0/entry', body, { mode: 'create', time: 1_700_000_000_123 });
  await store.put('backup', long, { mode: 'overwrite', time: 1_700_000_000_123 });
  expect(await files()).toEqual(['backup', 'ltx/0/entry']);
  expect(await fs.readFile(file('ltx/0/entry'))).toEqual(body);
});

test('the mtime lies within the millisecond that is meant, whether cut off or rounded', async () => {
  for (let i = 0; i < 50; i++) {
    const time = 1_700_000_000_000 + i * 37;
    await store.put('key', i % 2 ? body : long, { mode: 'overwrite', time });
    const { mtimeMs } = await fs.stat(file('key'));
    expect(Math.floor(mtimeMs)).toBe(time);
    expect(Math.round(mtimeMs)).toBe(time);
  }
});

test('bytes are synced before they get their name, and the name before the put resolves', async () => {
  await store.put('first', body, { mode: 'create' });
  const steps: string[] = [];
  const probe = await fs.open(root, 'r');
  const prototype = Object.getPrototypeOf(probe) as typeof probe;
  await probe.close();
  const sync = Reflect.get(prototype, 'sync') as () => Promise<void>;
  jest.spyOn(prototype, 'sync').mockImplementation(async function (this: typeof probe) {
    steps.push((await this.stat()).isDirectory() ? 'sync folder' : 'sync file');
    await sync.call(this);
  });
  for (const step of ['link', 'rename'] as const) {
    const original = fs[step];
    jest.spyOn(fs, step).mockImplementation(async (from, to) => {
      steps.push(step);
      await original(from, to);
    });
  }
  await store.put('key', body, { mode: 'create' });
  expect(steps.splice(0)).toEqual(['sync file', 'link', 'sync folder']);
  await store.put('key', body, { mode: 'overwrite' });
  expect(steps.splice(0)).toEqual(['sync file', 'rename', 'sync folder']);
  await store.put('new/folder/key', body, { mode: 'create' });
  expect(steps.filter((step) => step === 'sync folder')).toHaveLength(3);
  expect(steps.slice(-2)).toEqual(['link', 'sync folder']);
});

test('a time that a tool wrote as a fraction of a second is read to the millisecond', async () => {
  await store.put('key', body, { mode: 'create' });
  let below = 0;
  for (let time = 1_700_000_000_000; time < 1_700_000_000_050; time++) {
    await fs.utimes(file('key'), time / 1000, time / 1000);
    if ((await fs.stat(file('key'))).mtimeMs < time) below++;
    expect((await store.head('key')).time).toBe(time);
    for await (const listed of store.list('key')) expect(listed.time).toBe(time);
  }
  expect(below).toBeGreaterThan(0);
});

test('an object replaced while it is opened is given whole in its new version', async () => {
  await store.put('key', body, { mode: 'create', metadata: { x: '1' } });
  const { readFile } = fs;
  const reading = jest.spyOn(fs, 'readFile').mockImplementationOnce(async (...args) => {
    await store.put('key', Buffer.from('next'), { mode: 'overwrite' });
    return readFile(...args);
  });
  const object = await store.get('key');
  expect(reading).toHaveBeenCalledWith(file('key.meta.json'), 'utf8');
  expect([String(await readBody(object, 10)), object.metadata]).toEqual(['next', {}]);
});

test('metadata lie beside the object and go with it', async () => {
  await store.put('a/b', body, { mode: 'create', metadata: { x: '1' } });
  expect(await files()).toEqual(['a/b', 'a/b.meta.json']);
  await store.put('a/b', long, { mode: 'overwrite' });
  expect(await files()).toEqual(['a/b']);
  await store.put('a/b', long, { mode: 'overwrite', metadata: { x: '2' } });
  await store.deleteMany(['a/b']);
  expect(await files()).toEqual([]);
});

test('a writer that dies between metadata and object leaves the version before with its own', async () => {
  await store.put('key', body, { mode: 'create', metadata: { x: 'before' } });
  const { rename } = fs;
  const renamed = jest.spyOn(fs, 'rename').mockImplementation((from, to) => {
    return to === file('key') ? failWith('EIO')() : rename(from, to);
  });
  const next = store.put('key', Buffer.from('next'), {
    mode: 'overwrite',
    metadata: { x: 'next' },
  });
  await expect(next).rejects.toMatchObject({ kind: 'Unavailable' });
  expect(renamed).toHaveBeenCalledTimes(2);
  expect((await store.head('key')).metadata).toEqual({ x: 'before' });
  expect(await content('key')).toBe('content');
});

test('a file put there by hand is an object without metadata; metadata of other bytes are ignored', async () => {
  await store.put('key', body, { mode: 'create', metadata: { x: '1' } });
  await fs.writeFile(file('key'), 'by hand');
  expect(await content('key')).toBe('by hand');
  expect((await store.head('key')).metadata).toEqual({});
});

test('damaged metadata are an error, not none, until the object is written anew', async () => {
  await store.put('key', body, { mode: 'create', metadata: { x: '1' } });
  for (const damage of [
    '',
    '{',
    '{}',
    '{"versions":[{}]}',
    '{"versions":[{"tag":"t","metadata":{"x":1}}]}',
  ]) {
    await fs.writeFile(file('key.meta.json'), damage);
    await expect(store.head('key')).rejects.toMatchObject({ kind: 'Rejected' });
    await store.put('key', body, { mode: 'overwrite', metadata: { x: '2' } });
    expect((await store.head('key')).metadata).toEqual({ x: '2' });
    await fs.writeFile(file('key.meta.json'), damage);
    await store.put('key', body, { mode: 'overwrite' });
    expect((await store.head('key')).metadata).toEqual({});
  }
});

test('tags survive a copy of the folder that keeps times, and so do metadata', async () => {
  const tag = await store.put('short', body, { mode: 'create', metadata: { x: '1' } });
  const longTag = await store.put('long', long, { mode: 'create', metadata: { y: '2' } });
  const copy = `${root}-copy`;
  await fs.cp(root, copy, { recursive: true });
  const { atimeNs, mtimeNs } = await fs.stat(file('long'), { bigint: true });
  await fs.utimes(
    path.join(copy, 'long'),
    Number(atimeNs) / 1e9,
    Number(mtimeNs / 1000n) / 1e6 + 2e-7,
  );
  const copied = await DirectoryStore.open({ root: copy });
  expect(await copied.head('short')).toMatchObject({ ...tag, metadata: { x: '1' } });
  expect(await copied.head('long')).toMatchObject({ ...longTag, metadata: { y: '2' } });
  await fs.rm(copy, { recursive: true });
});

test('versions of a long object that differ in the middle only have different tags', async () => {
  const tags = new Set<string>();
  for (let i = 0; i < 4; i++) {
    long[100_000] = i;
    tags.add(
      (await store.put('key', long, { mode: 'overwrite', time: 1_700_000_000_000 + i })).tag,
    );
  }
  expect(tags.size).toBe(4);
});

test('a part of a long object is read without the rest of it', async () => {
  const size = 50 << 20;
  await store.put(
    'key',
    {
      size,
      async *open() {
        for (let i = 0; i < 50; i++) yield Buffer.alloc(1 << 20, i);
      },
    },
    { mode: 'create' },
  );
  const probe = await fs.open(file('key'), 'r');
  const read = jest.spyOn(Object.getPrototypeOf(probe) as typeof probe, 'read');
  await probe.close();
  const object = await store.get('key', { range: { offset: 25 << 20, length: 10 } });
  expect(await readBody(object, 10)).toEqual(Buffer.alloc(10, 25));
  const bytes = read.mock.calls.reduce((sum, call) => sum + Number((call as unknown[])[2]), 0);
  expect(bytes).toBeGreaterThan(0);
  expect(bytes).toBeLessThan(20_000);
});

test.each(['.tmp/x', 'a/.tmp', 'key.lock', 'key.meta.json', 'a.lock/b'])(
  'the name %s is the store’s own',
  async (key) => {
    for (const call of [
      store.put(key, body, { mode: 'create' }),
      store.head(key),
      store.deleteMany([key]),
    ]) {
      await expect(call).rejects.toMatchObject({ kind: 'Rejected' });
    }
  },
);

test('the store’s own files are in no list', async () => {
  await store.put('a/key', body, { mode: 'create', metadata: { x: '1' } });
  await fs.writeFile(file('.tmp', 'left'), '');
  await fs.writeFile(file('a', 'key.lock'), '');
  for (const prefix of ['', '.', '.tmp', '.tmp/', 'a/', 'a/key']) {
    const seen: string[] = [];
    for await (const { key } of store.list(prefix)) seen.push(key);
    expect(seen).toEqual(prefix.startsWith('.') ? [] : ['a/key']);
  }
});

test('a key that is a folder, or lies below an object, is refused, not misread as taken', async () => {
  await store.put('a/b', body, { mode: 'create' });
  for (const mode of ['create', 'overwrite'] as const) {
    for (const metadata of [{}, { x: '1' }] as Record<string, string>[]) {
      for (const key of ['a', 'a/b/c', 'a/b/c/d']) {
        await expect(store.put(key, body, { mode, metadata })).rejects.toMatchObject({
          kind: 'Rejected',
        });
      }
    }
  }
  expect(await files()).toEqual(['a/b']);
});

describe('locks', () => {
  const lock = () => file('key.lock');
  const age = async (ms: number) => {
    const seconds = (Date.now() - ms) / 1000;
    await fs.utimes(lock(), seconds, seconds);
  };

  test('a lock of a process that died is broken after 30 seconds', async () => {
    await store.put('key', body, { mode: 'create' });
    await fs.writeFile(lock(), '{"pid":1}');
    await age(31_000);
    await store.put('key', Buffer.from('next'), { mode: 'overwrite' });
    expect(await files()).toEqual(['key']);
    expect(await content('key')).toBe('next');
  });

  test('a younger lock is waited for: by swaps, overwrites and deletes, not by a create', async () => {
    const { tag } = await store.put('key', body, { mode: 'create' });
    await fs.writeFile(lock(), '{"pid":1}');
    await age(25_000);
    const controller = new AbortController();
    const { signal } = controller;
    const calls = [
      store.put('key', Buffer.from('x'), { mode: 'overwrite', signal }),
      store.put('key', Buffer.from('x'), { mode: { ifMatch: tag }, signal }),
      store.deleteMany(['key'], { signal }),
    ].map((call) => call.catch((error: unknown) => error));
    await store.put('other', body, { mode: 'create' });
    await expect(store.put('key', body, { mode: 'create' })).rejects.toMatchObject({
      kind: 'AlreadyExists',
    });
    expect(await content('key')).toBe('content');
    controller.abort('enough');
    expect(await Promise.all(calls)).toEqual(['enough', 'enough', 'enough']);
    expect(await files()).toEqual(['key', 'key.lock', 'other']);
  });

  test('a writer whose lock was taken for dead changes nothing', async () => {
    await store.put('key', body, { mode: 'create' });
    // Another process breaks the lock while this one is about to rename.
    const open = fs.open;
    jest.spyOn(fs, 'open').mockImplementation(async (name, ...rest) => {
      if (name === file('key')) await fs.writeFile(lock(), 'another');
      return open(name, ...rest);
    });
    const call = store.put('key', Buffer.from('late'), { mode: 'overwrite' });
    await expect(call).rejects.toMatchObject({ kind: 'Unavailable' });
    jest.restoreAllMocks();
    expect(await content('key')).toBe('content');
    expect(await fs.readFile(lock(), 'utf8')).toBe('another');
  });

  test('names too long for a suffix are locked and described all the same', async () => {
    const key = 'x'.repeat(255);
    const { tag } = await store.put(key, body, { mode: 'create', metadata: { x: '1' } });
    await store.put(key, long, { mode: { ifMatch: tag }, metadata: { x: '2' } });
    expect((await store.head(key)).metadata).toEqual({ x: '2' });
    await store.deleteMany([key]);
    expect(await files()).toEqual([]);
  });
});

describe('file errors', () => {
  test.each([
    ['ENOSPC', 'Rejected'],
    ['EDQUOT', 'Rejected'],
    ['EROFS', 'Rejected'],
    ['EACCES', 'PermissionDenied'],
    ['EPERM', 'PermissionDenied'],
    ['EIO', 'Unavailable'],
    ['ESTALE', 'Unavailable'],
    ['ETIMEDOUT', 'Unavailable'],
    ['EMFILE', 'Unavailable'],
  ])('%s is %s, and leaves nothing behind', async (code, kind) => {
    const probe = await fs.open(file('probe'), 'w');
    const sync = jest
      .spyOn(Object.getPrototypeOf(probe) as typeof probe, 'sync')
      .mockImplementation(failWith(code));
    await probe.close();
    await fs.unlink(file('probe'));
    const cause = expect.objectContaining({ code }) as Error;
    await expect(store.put('key', body, { mode: 'create' })).rejects.toMatchObject({
      kind,
      key: 'key',
      cause,
    });
    expect(sync).toHaveBeenCalled();
    expect(await files()).toEqual([]);
  });

  test('a link whose answer was lost over the network is still this writer’s', async () => {
    const link = fs.link;
    jest.spyOn(fs, 'link').mockImplementation(async (...args) => {
      await link(...args);
      await link(...args);
    });
    await store.put('key', body, { mode: 'create' });
    expect(await content('key')).toBe('content');
  });

  test('a cleared folder of temporary files is made again', async () => {
    await fs.rm(path.join(root, '.tmp'), { recursive: true });
    await store.put('a/key', body, { mode: 'create' });
    expect(await content('a/key')).toBe('content');
  });

  test('a file in the place of the root is refused', async () => {
    await fs.writeFile(file('plain'), '');
    await expect(DirectoryStore.open({ root: file('plain') })).rejects.toMatchObject({
      kind: 'Rejected',
    });
  });
});

describe('without hard links', () => {
  test('the store says that it is not conditional, and still refuses what it sees', async () => {
    jest.spyOn(fs, 'link').mockImplementation(failWith('EPERM'));
    store = await DirectoryStore.open({ root });
    expect(store.capabilities).toMatchObject({ conditionalCreate: false, compareAndSwap: true });
    await store.put('key', body, { mode: 'create' });
    await expect(store.put('key', Buffer.from('x'), { mode: 'create' })).rejects.toMatchObject({
      kind: 'AlreadyExists',
    });
    expect(await content('key')).toBe('content');
    expect(await files()).toEqual(['key']);
  });

  test('a link that overwrites is no link', async () => {
    jest.spyOn(fs, 'link').mockImplementation((from, to) => fs.copyFile(from, to));
    expect((await DirectoryStore.open({ root })).capabilities.conditionalCreate).toBe(false);
  });
});

test('what dead processes left is swept at the start once it is an hour old; nothing younger', async () => {
  await fs.writeFile(file('.tmp', 'left'), '');
  // The time of a file being written may be any: its age is that of its inode.
  await fs.utimes(file('.tmp', 'left'), 1, 1);
  await DirectoryStore.open({ root });
  expect(await files()).toEqual(['.tmp/left']);

  const { ctimeMs } = await fs.stat(file('.tmp', 'left'));
  jest.spyOn(Date, 'now').mockReturnValue(ctimeMs + 3_600_001);
  await DirectoryStore.open({ root });
  expect(await files()).toEqual([]);
});

test('an abort closes the file of a body that nobody reads', async () => {
  await store.put('key', long, { mode: 'create' });
  const open = jest.spyOn(fs, 'open');
  const controller = new AbortController();
  await store.get('key', { signal: controller.signal });
  const opened = await (open.mock.results[0]!.value as ReturnType<typeof fs.open>);
  expect(opened.fd).toBeGreaterThan(0);
  controller.abort();
  expect(opened.fd).toBe(-1);
});

describe('A directory store whose root is gone', () => {
  it('stores nothing in its place: the volume may have been unmounted', async () => {
    const parent = await fs.mkdtemp(path.join(tmpdir(), 'gone-'));
    const root = path.join(parent, 'app.db.replica');
    const store = await DirectoryStore.open({ root });
    await store.put('ltx/0/a', Buffer.of(1), { mode: 'create' });
    await fs.rename(root, `${root}.elsewhere`);
    await expect(store.put('ltx/0/b', Buffer.of(1), { mode: 'create' })).rejects.toMatchObject({
      kind: 'Unavailable',
    });
    await expect(fs.stat(root)).rejects.toMatchObject({ code: 'ENOENT' });
    await fs.rename(`${root}.elsewhere`, root);
    await store.put('ltx/0/b', Buffer.of(1), { mode: 'create' });
    await fs.rm(parent, { recursive: true });
  });

  it.each([
    ['gone', false],
    ['empty, as a mount point without its volume', true],
  ])('is never taken for an empty one: %s', async (_, remains) => {
    await store.put('ltx/0/a', Buffer.of(1), { mode: 'create' });
    await fs.rename(root, `${root}.elsewhere`);
    if (remains) await fs.mkdir(root);
    const gone = { kind: 'Unavailable' };
    await expect(store.get('ltx/0/a')).rejects.toMatchObject(gone);
    await expect(store.head('replica.json')).rejects.toMatchObject(gone);
    await expect(store.deleteMany(['ltx/0/a'])).rejects.toMatchObject(gone);
    const list = async () => {
      for await (const object of store.list('ltx/')) throw new Error(object.key);
    };
    await expect(list()).rejects.toMatchObject(gone);
    if (remains) await fs.rmdir(root);
    await fs.rename(`${root}.elsewhere`, root);
    expect((await store.head('ltx/0/a')).size).toBe(1);
  });
});

test('a store for reading makes, sweeps and changes nothing, and takes no volume that is away for empty', async () => {
  await store.put('key', body, { mode: 'create' });
  await fs.rm(file('.tmp'), { recursive: true });
  const reader = await DirectoryStore.open({ root, readOnly: true });
  expect(String(await readBody(await reader.get('key'), 100))).toBe('content');
  await expect(reader.head('other')).rejects.toMatchObject({ kind: 'NotFound' });
  await expect(reader.put('other', body, { mode: 'create' })).rejects.toMatchObject({
    kind: 'Rejected',
  });
  await expect(reader.deleteMany(['key'])).rejects.toMatchObject({ kind: 'Rejected' });
  expect(await fs.readdir(root)).toEqual(['key']);

  await fs.rm(root, { recursive: true });
  await expect(reader.get('key')).rejects.toMatchObject({ kind: 'Unavailable' });
  await expect(DirectoryStore.open({ root, readOnly: true })).rejects.toMatchObject({
    kind: 'Unavailable',
  });
});
