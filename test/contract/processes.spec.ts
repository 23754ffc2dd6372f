import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { RacingProcesses } from './racing-processes';
import { openAddress, type StoreAddress } from './store-address';

let root: string;
let racing: RacingProcesses;

beforeAll(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'racing-processes-'));
  const address: StoreAddress = { store: 'directory', root };
  racing = await RacingProcesses.start(await openAddress(address), address);
}, 60_000);

afterAll(async () => {
  await racing.end();
  await rm(root, { recursive: true, force: true });
});

test('of several processes that create one object exactly one wins, and the object is its', () =>
  racing.create(100));

test('no increment of several processes that count by compare-and-swap is lost', () =>
  racing.count(25));

test('nothing but the objects is left', async () => {
  expect(await readdir(path.join(root, '.tmp'))).toEqual([]);
  expect((await readdir(root)).sort()).toEqual(['.tmp', 'counter', 'counter.meta.json', 'log']);
});
