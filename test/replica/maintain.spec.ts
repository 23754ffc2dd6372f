import { isPersistenceError, PersistenceError } from '../../libs/errors';
import { encodePageless } from '../../libs/ltx';
import { readInventory } from '../../libs/replica/log/inventory';
import { isVoid } from '../../libs/replica/ownership/claim';
import { planRestore } from '../../libs/replica/log/restore-plan';
import { topOf } from '../../libs/replica/maintain/merge-plan';
import { logKey, parseLogKey } from '../../libs/replica/log/log-keys';
import { MemoryStore, readBody } from '../../libs/storage';
import { FaultyObjectStore, ManualClock } from '../../libs/testing';
import { headerOf } from '../compat/fixtures/ltx-samples';
import { stateOf, SyntheticLog } from './synthetic-log';

const A = 'aaaaaaaaaaaaaaaa';
const B = 'bbbbbbbbbbbbbbbb';
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const PAGES = 8;

const isMerged = ({ level }: { readonly level: number }): boolean => level > 0;

describe('Maintenance of a replica', () => {
  let clock: ManualClock;
  let memory: MemoryStore;
  let store: FaultyObjectStore;
  /** What the database was at each TXID. */
  let states: Map<number, string>;
  let pages: number[];

  beforeEach(() => {
    clock = new ManualClock(1_700_000_000_000);
    memory = new MemoryStore({ now: () => clock.now() });
    store = new FaultyObjectStore(memory);
    states = new Map();
    pages = [];
  });

  const begin = async (nodeId = A): Promise<SyntheticLog> => {
    const log = new SyntheticLog({ store, clock, nodeId });
    pages = Array.from({ length: PAGES }, (_, n) => n);
    await write(log, new Map(pages.map((fill, at) => [at + 1, fill])), PAGES);
    return log;
  };

  const write = async (
    log: SyntheticLog,
    fills: ReadonlyMap<number, number>,
    commit = log.head.commit,
  ): Promise<number> => {
    for (const [pgno, fill] of fills) pages[pgno - 1] = fill;
    pages.length = commit;
    const txid = await log.data(fills, commit);
    states.set(txid, pages.join(' '));
    return txid;
  };

  /** Commits, `everyMs` apart, with a tick of maintenance each half minute. */
  const live = async (log: SyntheticLog, commits: number, everyMs: number): Promise<void> => {
    let tick = clock.now();
    for (let n = 0; n < commits; n++) {
      await clock.advance(everyMs);
      const fill = log.head.txid + 1;
      await write(log, new Map([[1 + (fill % log.head.commit), fill]]));
      if (clock.now() - tick < 30_000) continue;
      tick = clock.now();
      await log.maintain();
    }
  };

  const keys = async (prefix = 'ltx/'): Promise<string[]> => {
    const found: string[] = [];
    for await (const { key } of memory.list(prefix)) found.push(key);
    return found;
  };
  const levels = async (): Promise<Record<number, number>> => {
    const counts: Record<number, number> = {};
    for (const { level } of (await readInventory(memory)).files)
      counts[level] = (counts[level] ?? 0) + 1;
    return counts;
  };
  const headState = (log: SyntheticLog) => ({
    txid: log.head.txid,
    pages: pages.join(' '),
  });
  const oldest = async (level: number): Promise<string> => (await keys(`ltx/${level}/`))[0]!;

  it('folds and removes, and every state that is kept is the one that was there', async () => {
    const log = await begin();
    await live(log, 1_500, 10_000);
    expect(log.errors).toEqual([]);
    expect(await stateOf(memory)).toEqual(headState(log));
    const { files } = await readInventory(memory);
    const points = new Set(files.map(({ maxTxid }) => maxTxid));
    let exact = 0;
    for (const txid of points) {
      const restored = await stateOf(memory, { kind: 'txid', txid }, { files }).catch(
        (error: PersistenceError) => error.code,
      );
      if (restored === 'RESTORE_POINT_UNKNOWN') continue;
      expect(restored).toEqual({ txid, pages: states.get(txid) });
      exact++;
    }
    // One hour of entries, and half minutes before.
    expect(exact).toBeGreaterThan(360 + (1_500 - 360) / 3 - 10);
    const counts = await levels();
    expect(counts[0]).toBeLessThan(600);
    expect(Object.keys(counts)).toEqual(['0', '1', '2', '3', '9']);
  }, 120_000);

  it('asks the store for nothing when nothing has happened, however long', async () => {
    const log = await begin();
    await live(log, 30, 10_000);
    // What was begun is ended: the last window, a look at what may go, the snapshot of that day.
    for (let tick = 0; tick < 100; tick++) {
      await clock.advance(20 * MINUTE);
      await log.maintain();
    }
    const before = store.calls.length;
    for (let tick = 0; tick < 1_000; tick++) {
      await clock.advance(5 * MINUTE);
      await log.maintain();
    }
    expect(store.calls.length - before).toBe(0);
  });

  it('lists once, and reads none of the small entries that this life stored', async () => {
    const log = await begin();
    await live(log, 60, 5_000);
    const lists = store.calls.filter(({ operation }) => operation === 'list').length;
    expect(lists).toBe(10);
    const reads = store.calls.filter(
      ({ operation, key }) => operation === 'get' && key.startsWith('ltx/0/'),
    );
    // Its own newest entry, and the one behind it, before each merge.
    const merges = (await levels())[1]! + ((await levels())[2] ?? 0);
    expect(reads.length).toBe(2 * merges);
  });

  it('stamps what it folds with the time of the last entry in it', async () => {
    const log = await begin();
    await live(log, 40, 7_000);
    const { files } = await readInventory(memory);
    const times = new Map(
      files.filter(({ level }) => level === 0).map(({ maxTxid, time }) => [maxTxid, time]),
    );
    const merged = files.filter(({ level }) => level > 0);
    expect(merged.length).toBeGreaterThan(5);
    for (const { maxTxid, time } of merged) expect(time).toBe(times.get(maxTxid));
  });

  describe('another instance', () => {
    it('that has taken over ends it: nothing is folded and nothing deleted any more', async () => {
      const zombie = await begin(A);
      await live(zombie, 20, 10_000);
      await clock.advance(MINUTE);
      const owner = zombie.nextLife(B);
      await owner.pageless('claim');
      const before = await keys();
      await expect(zombie.maintain()).rejects.toMatchObject({ code: 'REPLICA_FENCED' });
      expect(await keys()).toEqual(before);
    });

    it('is stopped by its claim for ever, unless it had released', async () => {
      const first = await begin(A);
      await live(first, 20, 10_000);
      // Superseded: its next entry would be the claim of the second.
      const second = first.nextLife(B);
      const fencing = await second.pageless('claim');
      await live(second, 20, 10_000);
      const release = await second.pageless('release');
      const third = second.nextLife(A);
      const free = await third.pageless('claim');
      await live(third, 1_200, 10_000);
      const left = await keys('ltx/0/');
      expect(left).toContain(logKey(0, fencing, fencing));
      expect(left).not.toContain(logKey(0, release, release));
      expect(left).not.toContain(logKey(0, free, free));
      await expect(first.data(new Map([[1, 1]]))).rejects.toMatchObject({ kind: 'AlreadyExists' });
    }, 60_000);

    it('that claims a TXID which was folded and removed is void, stays out of every fold, and is never removed', async () => {
      const log = await begin();
      await live(log, 600, 10_000);
      const gone = 50;
      expect(await keys('ltx/0/')).not.toContain(logKey(0, gone, gone));
      const { bytes } = encodePageless(
        headerOf({
          commit: PAGES,
          minTxid: gone,
          maxTxid: gone,
          nodeId: B,
          entry: { kind: 'claim', frameChecksum: '0'.repeat(16), parent: '12'.repeat(8) },
        }),
      );
      await memory.put(logKey(0, gone, gone), bytes, { mode: 'create', time: clock.now() });
      expect(await isVoid(memory, gone)).toBe(true);
      await live(log, 600, 10_000);
      // Also a later life, which sees it in its first listing.
      const later = log.nextLife(A);
      await later.pageless('claim');
      await live(later, 600, 10_000);
      expect(await keys('ltx/0/')).toContain(logKey(0, gone, gone));
      expect(await stateOf(memory)).toEqual(headState(later));
      expect([...log.errors, ...later.errors]).toEqual([]);
    }, 120_000);

    it('whose claim stands where it never folded is left to be judged: the fold is refused', async () => {
      const log = await begin();
      await live(log, 2, 1_000);
      // A foreign entry right in the log, which a void claim can only be where something was removed.
      const key = logKey(0, 2, 2);
      const forged = encodePageless(
        headerOf({ commit: PAGES, minTxid: 2, maxTxid: 2, nodeId: B, timestamp: clock.now() }),
      );
      await memory.put(key, forged.bytes, { mode: 'overwrite', time: clock.now() });
      const fresh = log.nextLife(A);
      await fresh.pageless('claim');
      await clock.advance(MINUTE);
      await expect(fresh.maintain()).rejects.toMatchObject({ code: 'REPLICA_CORRUPT' });
      expect(Object.keys(await levels())).toEqual(['0']);
    });

    it('that folds the same, late and otherwise cut, changes no state', async () => {
      const slow = new FaultyObjectStore(memory);
      // One window for all, so that it cuts otherwise than the owner.
      const levels = [{ level: 1, from: 0, windowMs: 48 * HOUR, minInputs: 1 }];
      const zombie = new SyntheticLog({ store: slow, clock, nodeId: A, levels });
      await write(zombie, new Map(Array.from({ length: PAGES }, (_, at) => [at + 1, at])), PAGES);
      await live(zombie, 10, 10_000);
      const owner = zombie.nextLife(B, { store, levels: undefined });
      const claim = await owner.pageless('claim');
      await live(owner, 30, 10_000);
      const cuts = await keys('ltx/1/');
      expect(cuts.length).toBeGreaterThan(5);
      // It wakes after two days, and finds out only behind its fold that it was superseded.
      await clock.advance(48 * HOUR);
      slow.inject({
        fault: { kind: 'fail', error: 'NotFound' },
        when: ({ operation, key }) => operation === 'get' && key === logKey(0, claim, claim),
        times: 1,
      });
      await expect(zombie.maintain()).rejects.toMatchObject({ code: 'REPLICA_FENCED' });
      expect(await keys('ltx/1/')).toHaveLength(cuts.length + 1);
      await expect(live(zombie, 1, 10_000)).rejects.toMatchObject({ kind: 'AlreadyExists' });
      await live(owner, 600, 10_000);
      expect(await stateOf(memory)).toEqual(headState(owner));
      expect(owner.errors).toEqual([]);
    }, 60_000);
  });

  it.each([0, 1, 2, 3, 4, 9])(
    'shows no gap to a newcomer whose listing it overtakes, before level %i',
    async (before) => {
      const log = await begin();
      await live(log, 400, 30_000);
      const head = log.head.txid;
      const deleted = async (): Promise<number> =>
        store.calls.filter(({ operation }) => operation === 'deleteMany').length;
      const sofar = await deleted();
      const newcomer = new FaultyObjectStore(memory);
      const list = newcomer.list.bind(newcomer);
      newcomer.list = async function* (prefix, options) {
        // Everything that was listed before is folded, folded again, and removed.
        if (prefix === `ltx/${before}/`) await live(log, 160, 20 * MINUTE);
        yield* list(prefix, options);
      };
      const inventory = await readInventory(newcomer);
      expect(await deleted()).toBeGreaterThan(sofar);
      const { txid } = planRestore(inventory, { kind: 'latest' }, Number.POSITIVE_INFINITY);
      expect(txid).toBeGreaterThanOrEqual(head);
      // Whoever claims behind what he saw claims something void, or the very next TXID.
      const voids = await isVoid(memory, txid + 1);
      expect(voids || txid + 1 > topOf((await readInventory(memory)).files.filter(isMerged))).toBe(
        true,
      );
    },
    60_000,
  );

  it('takes a name that is taken for done if what is there does the same, and writes it anew if that is damaged', async () => {
    const log = await begin();
    await live(log, 4, 1_000);
    // Each has listed before there was anything to fold, so that none knows of what the others wrote.
    const more = [1, 2].map(() => new SyntheticLog({ store, clock, nodeId: A, head: log.head }));
    for (const each of [log, ...more]) expect((await each.maintain()).merged).toEqual([]);
    await clock.advance(MINUTE);
    await log.maintain();
    const key = await oldest(1);
    const { tag, size } = await memory.head(key);
    expect((await more[0]!.maintain()).merged).toHaveLength(1);
    expect((await memory.head(key)).tag).toBe(tag);

    await memory.put(key, Buffer.alloc(size, 7), { mode: 'overwrite' });
    expect((await more[1]!.maintain()).merged).toHaveLength(1);
    await memory.deleteMany((await keys('ltx/0/')).slice(0, -1));
    expect(await stateOf(memory)).toEqual(headState(log));
  });

  it('deletes nothing on the word of an earlier life: a fold that was never read back is read in full first', async () => {
    const log = await begin();
    await live(log, 60, 10_000);
    const fold = (await keys('ltx/1/'))[2]!;
    const size = (await memory.head(fold)).size;
    await memory.put(fold, Buffer.alloc(size, 7), { mode: 'overwrite' });
    const entriesBefore = await keys('ltx/0/');
    await clock.advance(2 * HOUR);
    const next = log.nextLife(B);
    await next.pageless('claim');
    await write(next, new Map([[1, 1]]));
    await clock.advance(MINUTE);
    await expect(next.maintain()).rejects.toMatchObject({ code: 'REPLICA_CORRUPT', key: fold });
    const left = await keys('ltx/0/');
    // Those in the damaged fold stay, those in intact ones are gone.
    const { minTxid, maxTxid } = parseLogKey(1, fold)!;
    const own = entriesBefore.filter((_, at) => at + 1 >= minTxid && at + 1 <= maxTxid);
    expect(own.length).toBeGreaterThan(1);
    expect(left.slice(0, own.length)).toEqual(own);
    expect(left.length).toBeLessThan(own.length + 5);
    await memory.deleteMany([fold]);
    expect(await stateOf(memory)).toEqual(headState(next));
  });

  it('forgets nothing when a copy of a removed entry arrives late, and removes it again in time', async () => {
    const log = await begin();
    await live(log, 3, 1_000);
    const key = logKey(0, 2, 2);
    const bytes = await readBody(await memory.get(key), 100_000);
    await live(log, 700, 10_000);
    expect(await keys('ltx/0/')).not.toContain(key);
    await memory.put(key, bytes, { mode: 'create', time: clock.now() });
    await live(log, 3, 10_000);
    expect(await stateOf(memory)).toEqual(headState(log));
    await live(log, 700, 10_000);
    expect(await keys('ltx/0/')).not.toContain(key);
    expect(await stateOf(memory)).toEqual(headState(log));
  }, 60_000);

  it('works on when the clock has gone back a day', async () => {
    const log = await begin();
    await live(log, 30, 10_000);
    const merged = (await levels())[1]!;
    const behind = new ManualClock(clock.now() - 24 * HOUR);
    const slow = new SyntheticLog({ store, clock: behind, nodeId: A, head: log.head });
    for (let n = 0; n < 30; n++) {
      await behind.advance(10_000);
      await clock.advance(10_000);
      await write(slow, new Map([[1, n]]));
      await slow.maintain();
    }
    expect(slow.errors).toEqual([]);
    expect((await levels())[1]!).toBeGreaterThanOrEqual(merged);
    expect(await stateOf(memory)).toEqual(headState(slow));
  });

  it('that fails says so, and does it at a later run', async () => {
    const log = await begin();
    await live(log, 5, 1_000);
    await clock.advance(MINUTE);
    store.inject({ fault: { kind: 'fail' }, when: ({ operation }) => operation === 'put' });
    await expect(log.maintain()).rejects.toMatchObject({ code: 'STORE_UNREACHABLE' });
    expect(log.errors).toHaveLength(1);
    expect((await log.maintain()).merged).toHaveLength(1);
  });

  it('is one run at a time, and ends at once when it is told to', async () => {
    const log = await begin();
    await live(log, 5, 1_000);
    await clock.advance(MINUTE);
    store.inject({ fault: { kind: 'silence' }, when: ({ operation }) => operation === 'put' });
    const [one, two] = [log.maintain(), log.maintain()];
    expect(one).toBe(two);
    one.catch(() => undefined);
    while (
      !store.calls.some(({ operation, key }) => operation === 'put' && key.startsWith('ltx/1'))
    )
      await new Promise(setImmediate);
    const reason = new PersistenceError('SHUTTING_DOWN', 'Closed.');
    await log.maintenance.stop(reason);
    await expect(one).rejects.toBe(reason);
    await expect(log.maintain()).rejects.toBe(reason);
    const calls = store.calls.length;
    await new Promise(setImmediate);
    expect(store.calls.length).toBe(calls);
    expect(await keys('ltx/1/')).toEqual([]);
  });

  it('stops where the replica was taken away under it', async () => {
    const log = await begin();
    await live(log, 5, 1_000);
    await memory.deleteMany(await keys(''));
    await clock.advance(MINUTE);
    await expect(log.maintain()).rejects.toMatchObject({ code: 'REPLICA_MISSING' });
    expect(await keys('')).toEqual([]);
  });

  it.each([
    ['before it is done', { kind: 'fail' } as const],
    ['after it was done', { kind: 'lose-answer' } as const],
  ])(
    'killed at any request, %s, it leaves a replica that gives the same, and the next life goes on',
    async (_, fault) => {
      let deaths = 0;
      for (let at = 0, died = true; died; at++) {
        died = false;
        clock = new ManualClock(1_700_000_000_000);
        memory = new MemoryStore({ now: () => clock.now() });
        store = new FaultyObjectStore(memory);
        const log = await begin();
        await live(log, 8, 20_000);
        for (const hours of [2, 25]) {
          await clock.advance(hours * HOUR);
          await write(log, new Map([[hours % PAGES, 99]]));
        }
        await clock.advance(MINUTE);
        const dying = log.nextLife(A);
        store
          .inject({ fault, skip: at })
          .inject({ fault: { kind: 'fail' }, times: Infinity, skip: at });
        await dying.maintain().catch((error: unknown) => {
          expect(isPersistenceError(error, 'STORE_UNREACHABLE')).toBe(true);
          died = true;
        });
        store.heal();
        expect(await stateOf(memory)).toEqual(headState(log));
        const next = log.nextLife(B);
        await next.pageless('claim');
        await live(next, 10, 15 * MINUTE);
        expect(next.errors).toEqual([]);
        expect(await stateOf(memory)).toEqual(headState(next));
        deaths += died ? 1 : 0;
      }
      expect(deaths).toBeGreaterThan(30);
    },
    120_000,
  );
});
