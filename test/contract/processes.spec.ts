import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DirectoryStore, readBody } from '../../libs/storage';
import { TestProcess } from '../../libs/testing';

const RACERS = ['a', 'b', 'c', 'd'];

let root: string;
let store: DirectoryStore;
let racers: TestProcess[];

beforeAll(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'racing-processes-'));
  store = await DirectoryStore.open({ root });
  const child = path.join(__dirname, 'racer.child.ts');
  racers = RACERS.map((name) => new TestProcess(child, { args: [root, name] }));
  await Promise.all(racers.map((racer) => racer.line(/^ready$/)));
}, 60_000);

afterAll(async () => {
  await Promise.all(racers.map((racer) => racer.kill()));
  await rm(root, { recursive: true, force: true });
});

const text = async (key: string) => String(await readBody(await store.get(key), 100));

test('of several processes that create one object exactly one wins, and the object is its', async () => {
  for (let round = 0; round < 100; round++) {
    const key = `log/${round}`;
    for (const racer of racers) racer.send(`create ${key}`);
    const outcomes = await Promise.all(racers.map((racer) => racer.line(new RegExp(`^${key} `))));
    const winners = RACERS.filter((_, i) => outcomes[i] === `${key} won`);
    expect(winners).toHaveLength(1);
    expect(await text(key)).toBe(winners[0]);
  }
});

test('no increment of several processes that count by compare-and-swap is lost', async () => {
  await store.put('counter', Buffer.from('0'), { mode: 'create', metadata: { value: '0' } });
  for (const racer of racers) racer.send('count 25');
  const outcomes = await Promise.all(racers.map((racer) => racer.line(/^counted/)));
  expect(await text('counter')).toBe('100');
  // Otherwise they were not at it together, and this proves nothing.
  expect(outcomes.some((outcome) => outcome !== 'counted, refused 0')).toBe(true);
});

test('nothing but the objects is left', async () => {
  expect(await readdir(path.join(root, '.tmp'))).toEqual([]);
  expect((await readdir(root)).sort()).toEqual(['.tmp', 'counter', 'counter.meta.json', 'log']);
});
