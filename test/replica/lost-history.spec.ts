import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isPersistenceError, type PersistenceError } from '../../libs/errors';
import { MemoryStore, readBody } from '../../libs/storage';
import { FaultyObjectStore, type StoreCall } from '../../libs/testing';
import { InProcess } from './in-process';

const isPut = ({ operation }: StoreCall): boolean => operation === 'put';
const isEntry = (call: StoreCall): boolean => isPut(call) && call.key.startsWith('ltx/0/');
const isDescription = (call: StoreCall): boolean => isPut(call) && call.key === 'replica.json';
const key = (txid: number): string => {
  const name = txid.toString(16).padStart(16, '0');
  return `ltx/0/${name}-${name}.ltx`;
};

describe('A replica that somebody deletes under the running app', () => {
  let folder: string;
  let memory: MemoryStore;
  let store: FaultyObjectStore;
  let lives: InProcess[];
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'lost-history-'));
    memory = new MemoryStore();
    store = new FaultyObjectStore(memory);
    lives = [];
  });
  afterEach(async () => {
    store.heal();
    for (const life of lives) await life.stop();
    rmSync(folder, { recursive: true });
  });

  const life = async (name = 'app', flushTimeoutMs = 10_000): Promise<InProcess> => {
    const one = new InProcess({ folder, store, name, settings: { flushTimeoutMs } });
    lives.push(one);
    return one.start();
  };
  const keys = async (): Promise<string[]> => {
    const all: string[] = [];
    for await (const each of memory.list('')) all.push(each.key);
    return all;
  };
  const empty = async (): Promise<void> => memory.deleteMany(await keys());
  const rows = ({ db }: InProcess): unknown[] => db.prepare('SELECT x FROM t').pluck().all();
  const lineage = async (): Promise<string> => {
    const object = await memory.get('replica.json');
    return (JSON.parse((await readBody(object, 10_000)).toString()) as { lineage: string }).lineage;
  };

  /** With one row in a history of two entries, everything is deleted while the next row meets a failure. */
  async function deletedUnder(): Promise<{ one: InProcess; before: string }> {
    const one = await life();
    await one.store('CREATE TABLE t (x); INSERT INTO t VALUES (1)');
    const before = await lineage();
    await empty();
    store.inject({ fault: { kind: 'fail', error: 'Rejected' }, when: isEntry });
    return { one, before };
  }

  it('begins a new history with the local database, all of it, and says so', async () => {
    const { one, before } = await deletedUnder();
    expect(await one.store('INSERT INTO t VALUES (2)')).toBe(1);
    expect(await keys()).toEqual([key(1), 'replica.json']);
    expect(await lineage()).not.toBe(before);
    expect(one.events).toContainEqual(
      expect.objectContaining({
        type: 'history-lost',
        error: expect.objectContaining({ code: 'REPLICA_MISSING' }),
      }),
    );
    expect(one.replica.status()).toMatchObject({ role: 'owner', epoch: 1, error: null });
    expect(await one.store('INSERT INTO t VALUES (3)')).toBe(2);
    const elsewhere = await life('elsewhere');
    expect(rows(elsewhere)).toEqual([1, 2, 3]);
  });

  it('is continued by this host after a clean end and after a bad one', async () => {
    const { one } = await deletedUnder();
    await one.store('INSERT INTO t VALUES (2)');
    expect(await one.stop()).toBe(true);
    const next = await life();
    expect(next.events).toContainEqual(
      expect.objectContaining({ outcome: expect.objectContaining({ origin: 'continued' }) }),
    );
    await next.store('INSERT INTO t VALUES (3)');
    store.inject({ fault: { kind: 'fail' }, when: isEntry, times: Infinity });
    next.db.exec('INSERT INTO t VALUES (4)');
    expect(await next.stop(200)).toBe(false);
    store.heal();
    expect(rows(await life())).toEqual([1, 2, 3, 4]);
  });

  it('confirms nothing before the new history says whose it is', async () => {
    const { one } = await deletedUnder();
    store.inject({ fault: { kind: 'fail' }, when: isDescription, times: 2 });
    await one.store('INSERT INTO t VALUES (2)');
    expect(await keys()).toContain('replica.json');
  });

  it('begins it once, also where the answer to its first entry is lost', async () => {
    const { one } = await deletedUnder();
    store.inject({ fault: { kind: 'lose-answer' }, when: isEntry, skip: 0 });
    await one.store('INSERT INTO t VALUES (2)');
    expect(await keys()).toEqual([key(1), 'replica.json']);
    expect(one.replica.status().role).toBe('owner');
    expect(rows(await life('elsewhere'))).toEqual([1, 2]);
  });

  it('waits where only its newest entry is gone, and goes on when that is back', async () => {
    const one = await life('app', 300);
    const txid = await one.store('CREATE TABLE t (x); INSERT INTO t VALUES (1)');
    const newest = await memory.get(key(txid));
    const bytes = await readBody(newest, newest.size);
    await memory.deleteMany([key(txid)]);
    store.inject({ fault: { kind: 'fail', error: 'Rejected' }, when: isEntry });
    const refused = await one
      .store('INSERT INTO t VALUES (2)')
      .catch((error: unknown) => error as PersistenceError);
    expect(isPersistenceError(refused, 'FLUSH_TIMEOUT')).toBe(true);
    expect(one.replica.status().error).toMatchObject({ code: 'REPLICA_MISSING', key: key(txid) });
    expect(await keys()).not.toContain(key(txid + 1));
    await memory.put(key(txid), bytes, { mode: 'create', time: newest.time });
    let stored = false;
    while (!stored) {
      stored = await one.replica.flush().then(
        () => true,
        () => false,
      );
    }
    expect(one.replica.status().error).toBeNull();
    expect(rows(await life('elsewhere'))).toEqual([1, 2]);
  });

  it('without a failed request is noticed by the next run of maintenance, and everything is stored anew', async () => {
    const one = await life();
    await one.store('CREATE TABLE t (x); INSERT INTO t VALUES (1)');
    await one.replica.maintain();
    await empty();
    // Confirmed behind a history that is gone: nobody could know yet.
    await one.store('INSERT INTO t VALUES (2)');
    await one.store('INSERT INTO t VALUES (3)');
    await one.replica.maintain().catch(() => undefined);
    expect(await one.store('INSERT INTO t VALUES (4)')).toBeLessThan(3);
    expect((await keys()).filter((each) => each.startsWith('ltx/0/'))[0]).toBe(key(1));
    expect(one.replica.status()).toMatchObject({ role: 'owner', error: null });
    expect(rows(await life('elsewhere'))).toEqual([1, 2, 3, 4]);
  });

  it('is noticed at the latest by the end of the app, which then ends with everything stored', async () => {
    const one = await life();
    await one.store('CREATE TABLE t (x); INSERT INTO t VALUES (1)');
    await empty();
    await one.store('INSERT INTO t VALUES (2)');
    expect(await one.stop()).toBe(true);
    expect(rows(await life('elsewhere'))).toEqual([1, 2]);
  });

  it('is continued where it comes back before the new one has begun', async () => {
    const one = await life();
    const txid = await one.store('CREATE TABLE t (x); INSERT INTO t VALUES (1)');
    const kept = await Promise.all(
      (await keys()).map(async (each) => {
        const object = await memory.get(each);
        return { key: each, time: object.time, bytes: await readBody(object, 1 << 20) };
      }),
    );
    await empty();
    store.inject({ fault: { kind: 'fail' }, when: isEntry });
    const put = store.put.bind(store);
    let isBack = false;
    store.put = async (name, body, options) => {
      if (name === key(1) && !isBack) {
        isBack = true;
        for (const each of kept)
          await memory.put(each.key, each.bytes, { mode: 'create', time: each.time });
      }
      return put(name, body, options);
    };
    expect(await one.store('INSERT INTO t VALUES (2)')).toBe(txid + 1);
    expect(one.replica.status()).toMatchObject({ role: 'owner', error: null });
    expect(await one.stop()).toBe(true);
    const next = await life();
    expect(next.events).toContainEqual(
      expect.objectContaining({ outcome: expect.objectContaining({ origin: 'continued' }) }),
    );
    expect(rows(await life('elsewhere'))).toEqual([1, 2]);
  });

  it('and begun anew by another is theirs: maintenance notices, and nothing more is written', async () => {
    const one = await life();
    await one.store('CREATE TABLE t (x); INSERT INTO t VALUES (1)');
    await empty();
    const theirs = await life('theirs');
    await theirs.store('CREATE TABLE theirs (x)');
    const before = await keys();
    await one.replica.maintain().catch(() => undefined);
    const refused = await one.replica.flush().catch((error: unknown) => error);
    expect(isPersistenceError(refused, 'REPLICA_FENCED')).toBe(true);
    expect(one.replica.status().role).toBe('fenced');
    expect(await keys()).toEqual(before);
    await theirs.store('INSERT INTO theirs VALUES (1)');
  });

  it('is another’s, where another was faster to begin anew', async () => {
    const one = await life();
    await one.store('CREATE TABLE t (x); INSERT INTO t VALUES (1)');
    await empty();
    const faster = await life('faster');
    const theirs = await faster.store('CREATE TABLE theirs (x)');
    store.inject({ fault: { kind: 'fail' }, when: isEntry });
    const refused = await one.store('INSERT INTO t VALUES (2)').catch((error: unknown) => error);
    expect(isPersistenceError(refused, 'REPLICA_FENCED')).toBe(true);
    expect(one.replica.status().role).toBe('fenced');
    expect(await faster.store('INSERT INTO theirs VALUES (1)')).toBe(theirs + 1);
  });
});
