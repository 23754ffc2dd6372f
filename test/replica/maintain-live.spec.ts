import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSqliteEngine } from '../../libs/engine';
import { restoreToFile } from '../../libs/replica';
import { readInventory } from '../../libs/replica/log/inventory';
import { DirectoryStore, MemoryStore } from '../../libs/storage';
import type { ObjectStore } from '../../libs/storage/object-store';
import { FaultyObjectStore } from '../../libs/testing';
import { realClock } from '../compat/life';
import { rowHash, rowHashOfFile } from '../compat/row-hash';
import { InProcess } from './in-process';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

describe('Maintenance beside a live database', () => {
  let folder: string;
  let lives: InProcess[];
  /** How far the clock of the app and that of the store have been put forward. */
  let ahead: number;
  const now = (): number => Date.now() + ahead;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'maintain-'));
    lives = [];
    ahead = 0;
  });
  afterEach(async () => {
    for (const life of lives) await life.stop().catch(() => undefined);
    rmSync(folder, { recursive: true });
  });

  const start = async (store: ObjectStore, name = 'app', settings = {}): Promise<InProcess> => {
    const life = new InProcess({ folder, store, name, now, settings });
    lives.push(life);
    return life.start();
  };
  const levels = async (store: ObjectStore): Promise<Record<string, number>> => {
    const counts: Record<string, number> = {};
    for (const { level } of (await readInventory(store)).files)
      counts[level] = (counts[level] ?? 0) + 1;
    return counts;
  };

  const CHANGES = [
    'INSERT INTO t (body) SELECT randomblob(3000) FROM t LIMIT 20',
    'UPDATE t SET body = randomblob(500) WHERE id % 7 = 0',
    'DELETE FROM t WHERE id % 5 = 1',
    'INSERT INTO t (body) VALUES (zeroblob(20000))',
  ];

  async function live(life: InProcess, commits: number, everyMs: number) {
    const seen = new Map<number, string>();
    for (let n = 0; n < commits; n++) {
      ahead += everyMs;
      seen.set(await life.store(CHANGES[n % CHANGES.length]!), rowHash(life.db));
      if (n % 3 === 0) await life.replica.maintain();
    }
    return seen;
  }

  const begin = async (store: ObjectStore): Promise<InProcess> => {
    const life = await start(store);
    await life.store(
      'CREATE TABLE t (id INTEGER PRIMARY KEY, body BLOB); INSERT INTO t (body) VALUES (1), (2), (3)',
    );
    return life;
  };

  const restore = async (store: ObjectStore, txid?: number): Promise<string> => {
    const path = join(folder, `restored-${txid ?? 'newest'}.db`);
    await restoreToFile({
      store,
      engine: createSqliteEngine({ path }),
      clock: { ...realClock, now },
      ...(txid !== undefined && { txid }),
    });
    return rowHashOfFile(path);
  };

  it('keeps what the app saw at every point that is left, through folds, snapshots and removals', async () => {
    const store = new MemoryStore({ now });
    const life = await begin(store);
    const seen = await live(life, 160, 20 * MINUTE);
    expect(life.replica.status().maintenance.error).toBeNull();
    const counts = await levels(store);
    expect(counts[0]).toBeLessThan(30);
    expect(counts[9]).toBeGreaterThan(1);
    const { files } = await readInventory(store);
    const points = [...new Set(files.map(({ maxTxid }) => maxTxid))].filter((txid) =>
      seen.has(txid),
    );
    const chosen = [...points.slice(-12), ...points.filter((_, at) => at % 20 === 0)];
    let restored = 0;
    for (const txid of new Set(chosen)) {
      try {
        expect([txid, await restore(store, txid)]).toEqual([txid, seen.get(txid)]);
        restored++;
      } catch (error) {
        expect(error).toMatchObject({ code: 'RESTORE_POINT_UNKNOWN' });
      }
    }
    expect(restored).toBeGreaterThan(12);
    expect(await restore(store)).toBe([...seen.values()].at(-1));
    expect(await life.stop()).toBe(true);
    expect(readdirSync(folder).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  }, 120_000);

  it('leaves a folder of files that the next life restores', async () => {
    const root = join(folder, 'replica');
    const store = await DirectoryStore.open({ root });
    const settings = { exactHistoryMs: 40, historyMs: 80, snapshotEveryMs: 1 };
    const life = await start(store, 'app', settings);
    await life.store(
      'CREATE TABLE t (id INTEGER PRIMARY KEY, body BLOB); INSERT INTO t (body) VALUES (1)',
    );
    await live(life, 60, MINUTE);
    const hash = rowHash(life.db);
    expect(life.replica.status().maintenance).toMatchObject({ error: null });
    expect(life.replica.status().maintenance.deleted).toBeGreaterThan(20);
    expect(await life.stop()).toBe(true);
    const next = await start(store, 'elsewhere', settings);
    expect(rowHash(next.db)).toBe(hash);
  }, 60_000);

  it('never makes a commit wait', async () => {
    const store = new FaultyObjectStore(new MemoryStore({ now }));
    const life = await begin(store);
    ahead += HOUR;
    store.inject({
      fault: { kind: 'silence' },
      when: ({ operation, key }) => operation === 'put' && key.startsWith('ltx/1/'),
    });
    const stop = new AbortController();
    const maintaining = life.replica.maintain({ signal: stop.signal });
    maintaining.catch(() => undefined);
    for (let n = 0; n < 5; n++) await life.store('INSERT INTO t (body) VALUES (4)');
    expect(life.replica.status().maintenance.lastRunAt).toBeNull();
    const reason = new Error('enough');
    stop.abort(reason);
    await expect(maintaining).rejects.toBe(reason);
    expect(life.replica.status().maintenance.error).toBeNull();
  });

  it('is over before the release: nothing is written or deleted behind it', async () => {
    const store = new FaultyObjectStore(new MemoryStore({ now }));
    const life = await begin(store);
    ahead += HOUR;
    store.inject({
      fault: { kind: 'silence' },
      when: ({ operation, key }) => operation === 'put' && key.startsWith('ltx/1/'),
    });
    const maintaining = life.replica.maintain();
    maintaining.catch(() => undefined);
    await life.store('INSERT INTO t (body) VALUES (4)');
    expect(await life.stop()).toBe(true);
    await expect(maintaining).rejects.toMatchObject({ code: 'SHUTTING_DOWN' });
    await expect(life.replica.maintain()).rejects.toMatchObject({ code: 'SHUTTING_DOWN' });
    const last = store.calls.at(-1)!;
    expect([last.operation, last.key.startsWith('ltx/0/')]).toEqual(['put', true]);
  });

  it('is refused to whoever has not started, and to whoever was superseded', async () => {
    const store = new MemoryStore({ now });
    const early = new InProcess({ folder, store, now });
    await expect(early.replica.maintain()).rejects.toMatchObject({ code: 'SHUTTING_DOWN' });
    const life = await begin(store);
    await live(life, 10, MINUTE);
    const owner = await start(store, 'owner');
    await expect(life.store('INSERT INTO t (body) VALUES (5)')).rejects.toMatchObject({
      code: 'REPLICA_FENCED',
    });
    ahead += 48 * HOUR;
    const before = await levels(store);
    await expect(life.replica.maintain()).rejects.toMatchObject({ code: 'REPLICA_FENCED' });
    expect(await levels(store)).toEqual(before);
    await owner.store('INSERT INTO t (body) VALUES (6)');
    ahead += MINUTE;
    expect((await owner.replica.maintain()).merged.length).toBeGreaterThan(0);
  });

  it('leaves a log that goes on where a fold is its end: every later life and restore finds one chain', async () => {
    const store = new MemoryStore({ now });
    await begin(store);
    for (let n = 0; n < 4; n++) {
      const life = lives.at(-1)!;
      await life.store('INSERT INTO t (body) VALUES (8)');
      ahead += MINUTE;
      expect((await life.replica.maintain()).merged.length).toBeGreaterThan(0);
      const next = await start(store, `life-${n}`);
      expect(next.replica.status().origin).toBe('restored');
      await next.store(`INSERT INTO t (body) VALUES ('${n}')`);
    }
    const last = lives.at(-1)!;
    expect(await restore(store)).toBe(rowHash(last.db));
    ahead += HOUR;
    expect((await last.replica.maintain()).merged.length).toBeGreaterThan(0);
  });

  it('may remove what a newcomer has just planned on: it plans again, and misses nothing', async () => {
    const memory = new MemoryStore({ now });
    const life = await begin(memory);
    const settle = async (): Promise<void> => {
      for (let tick = 0; tick < 3; tick++) {
        ahead += 26 * HOUR;
        await life.store('INSERT INTO t (body) VALUES (7)');
        ahead += MINUTE;
        await life.replica.maintain();
      }
    };
    for (let n = 0; n < 30; n++) await life.store(CHANGES[n % CHANGES.length]!);
    let missed = 0;
    let raced = false;
    const racing = new FaultyObjectStore(memory);
    const get = racing.get.bind(racing);
    racing.get = async (key, options) => {
      if (!raced && key.startsWith('ltx/0/')) {
        raced = true;
        await settle();
      }
      return get(key, options).catch((error: unknown) => {
        missed++;
        throw error;
      });
    };
    const newcomer = await start(racing, 'newcomer');
    expect(missed).toBeGreaterThan(0);
    expect(rowHash(newcomer.db)).toBe(rowHash(life.db));
    expect(newcomer.replica.status().origin).toBe('restored');
  }, 60_000);
});
