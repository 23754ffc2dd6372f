import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MemoryStore } from '../../libs/storage';
import { FaultyObjectStore } from '../../libs/testing';
import { InProcess } from './in-process';

describe('waiting for the store where nothing is new', () => {
  let folder: string;
  let store: FaultyObjectStore;
  let life: InProcess;
  let looks: () => number;

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'nothing-new-'));
    store = new FaultyObjectStore(new MemoryStore());
    life = new InProcess({ folder, store, settings: { publishIntervalMs: 3_600_000 } });
    await life.start();
    await life.store('CREATE TABLE t (x)');
    const spies = [jest.spyOn(life.engine, 'capture'), jest.spyOn(life.engine, 'hasNews')];
    looks = () => spies.reduce((sum, { mock }) => sum + mock.calls.length, 0);
  });

  afterEach(async () => {
    await life.stop();
    rmSync(folder, { recursive: true });
  });

  const insert = `INSERT INTO t VALUES (1)`;

  it('asks neither the store nor the worker, however often', async () => {
    const calls = store.calls.length;
    const { txid } = await life.replica.flush();
    const before = looks();
    for (let i = 0; i < 10; i++) expect(await life.replica.flush()).toEqual({ txid });
    expect(looks()).toBe(before);
    expect(store.calls).toHaveLength(calls);
  });

  it('sees a commit of any connection, and of another process', async () => {
    const { txid } = await life.replica.flush();
    life.db.exec(insert);
    expect(await life.replica.flush()).toEqual({ txid: txid + 1 });
    const script = `new (require('better-sqlite3'))(process.argv[1]).exec('${insert}')`;
    execFileSync(process.execPath, ['-e', script, life.path]);
    expect(await life.replica.flush()).toEqual({ txid: txid + 2 });
  });

  it('leaves out no commit that is made beside the capture, nor one beside the request', async () => {
    const { engine, replica } = life;
    const { txid } = await replica.flush();
    const capture = engine.capture.bind(engine);
    jest.spyOn(engine, 'capture').mockImplementationOnce(async (stamp) => {
      const entry = await capture(stamp);
      life.db.exec(insert); // Too late for this entry.
      return entry;
    });
    life.db.exec(insert);
    await replica.flush();
    expect(await replica.flush()).toEqual({ txid: txid + 2 });

    const put = store.put.bind(store);
    let behind: Promise<unknown> | undefined;
    jest.spyOn(store, 'put').mockImplementationOnce(async (...call) => {
      life.db.exec(insert); // The capture is over, the request under way.
      behind = replica.flush();
      return put(...call);
    });
    life.db.exec(insert);
    expect(await replica.flush()).toEqual({ txid: txid + 3 });
    expect(await behind).toEqual({ txid: txid + 4 });
  });

  it('refuses where another instance owns the log', async () => {
    const next = new InProcess({ folder: mkdtempSync(join(folder, 'next-')), store });
    await next.start();
    life.db.exec(insert);
    await expect(life.replica.flush()).rejects.toMatchObject({ code: 'REPLICA_FENCED' });
    await expect(life.replica.flush()).rejects.toMatchObject({ code: 'REPLICA_FENCED' });
    await next.stop();
  });

  it('refuses when the database is closed', async () => {
    await life.stop();
    await expect(life.replica.flush()).rejects.toMatchObject({ code: 'SHUTTING_DOWN' });
  });
});
