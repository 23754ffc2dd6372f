import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { randomBytes } from 'node:crypto';
import { MemoryStore, type ObjectStore, readBody } from '../../libs/storage';
import { FaultyObjectStore, type StoreCall } from '../../libs/testing';
import { BROKEN_STORES } from '../contract/broken-stores';
import { InProcess, type InProcessOptions } from './in-process';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'probe-'));
});
afterEach(() => rm(folder, { recursive: true }));

const probe = { random: () => randomBytes(8).toString('hex') };

const life = (store: ObjectStore, options: Partial<InProcessOptions> = {}) =>
  new InProcess({ folder, store, probe, place: 's3 here', ...options });

/** What a life asked of the store while it started. */
async function startAndStop(store: ObjectStore, options?: Partial<InProcessOptions>) {
  const watched = new FaultyObjectStore(store);
  const app = await life(watched, options).start();
  const calls = [...watched.calls];
  await app.stop();
  return calls;
}

const races = (calls: readonly StoreCall[]) =>
  calls.filter(({ operation, key }) => operation === 'put' && key.startsWith('probe/'));
const at = (calls: readonly StoreCall[], operation: string, pattern: RegExp) =>
  calls.findIndex((call) => call.operation === operation && pattern.test(call.key));

async function record(store: ObjectStore): Promise<Record<string, unknown>> {
  return JSON.parse(String(await readBody(await store.get('probe.json'), 4096)));
}

test('a first start tries the store before the first entry, and notes it behind replica.json', async () => {
  const store = new MemoryStore();
  const calls = await startAndStop(store);
  expect(races(calls)).toHaveLength(80);
  expect(at(calls, 'put', /^probe\//)).toBeLessThan(at(calls, 'put', /^ltx\/0\//));
  expect(at(calls, 'put', /^replica\.json$/)).toBeLessThan(at(calls, 'put', /^probe\.json$/));
  const { lineage } = JSON.parse(String(await readBody(await store.get('replica.json'), 4096)));
  expect(await record(store)).toMatchObject({ lineage, compareAndSwap: true });
});

test('a start that finds the note runs no race and pays one read', async () => {
  const store = new MemoryStore();
  await startAndStop(store);
  const calls = await startAndStop(store);
  expect(races(calls)).toEqual([]);
  expect(calls.filter(({ key }) => key.startsWith('probe'))).toEqual([
    { operation: 'get', key: 'probe.json' },
  ]);
});

test('a history without the note is tried before the claim', async () => {
  const store = new MemoryStore();
  await startAndStop(store, { probe: undefined });
  await expect(store.head('probe.json')).rejects.toMatchObject({ kind: 'NotFound' });
  const calls = await startAndStop(store);
  expect(races(calls)).toHaveLength(80);
  expect(at(calls, 'put', /^probe\//)).toBeLessThan(at(calls, 'put', /^ltx\/0\//));
  expect(races(await startAndStop(store))).toEqual([]);
});

test.each([
  ['of another history', { lineage: 'f'.repeat(32) }],
  ['of another place', { location: 's3 elsewhere' }],
  ['of no place', { location: null }],
  ['that did not try compare-and-swap', { compareAndSwap: false }],
  ['of another format', { format: 2 }],
])('a note %s is not believed', async (_, change) => {
  const store = new MemoryStore();
  await startAndStop(store);
  const body = Buffer.from(JSON.stringify({ ...(await record(store)), ...change }));
  await store.put('probe.json', body, { mode: 'overwrite' });
  expect(races(await startAndStop(store))).toHaveLength(80);
  expect(races(await startAndStop(store))).toEqual([]);
});

test('where the place of the store is not known, every start tries it, and nothing is noted', async () => {
  const store = new MemoryStore();
  const start = () => startAndStop(store, { place: undefined });
  expect(races(await start())).toHaveLength(80);
  expect(races(await start())).toHaveLength(80);
  await expect(store.head('probe.json')).rejects.toMatchObject({ kind: 'NotFound' });

  await startAndStop(store);
  const { location: _, ...placeless } = await record(store);
  await store.put('probe.json', Buffer.from(JSON.stringify(placeless)), { mode: 'overwrite' });
  expect(races(await start())).toHaveLength(80);
});

test('a history that was copied, note and all, into a store without conditions is refused there', async () => {
  const good = new MemoryStore();
  for (const place of ['s3 here', undefined]) {
    await startAndStop(good, { place });
    const bad = BROKEN_STORES.find(({ name }) => name === 'all racers win a create')!.makeStore();
    for await (const { key } of good.list('')) {
      const object = await good.get(key);
      const bytes = await readBody(object, 1 << 20);
      await bad.put(key, bytes, { mode: 'create', time: object.time });
    }
    const elsewhere = place === undefined ? undefined : 's3 elsewhere';
    const app = new InProcess({
      folder,
      store: bad,
      probe,
      name: 'copy',
      ...(elsewhere && { place: elsewhere }),
    });
    await expect(app.start()).rejects.toMatchObject({ code: 'STORE_NOT_CONDITIONAL' });
  }
});

test('a note that is no JSON is not believed', async () => {
  const store = new MemoryStore();
  await startAndStop(store);
  await store.put('probe.json', Buffer.from('{"format":1,'), { mode: 'overwrite' });
  expect(races(await startAndStop(store))).toHaveLength(80);
});

test('a store without conditions is refused before anything is stored or made', async () => {
  const store = BROKEN_STORES.find(({ name }) => name === 'all racers win a create')!.makeStore();
  const app = life(store);
  await expect(app.start()).rejects.toMatchObject({ code: 'STORE_NOT_CONDITIONAL' });
  const keys: string[] = [];
  for await (const { key } of store.list('')) keys.push(key);
  expect(keys).toEqual([]);
  expect(await readdir(folder)).not.toContain('app.db');
});
