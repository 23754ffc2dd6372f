import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MemoryStore } from '../../libs/storage';
import { FaultyObjectStore, ManualClock } from '../../libs/testing';
import { InProcess } from './in-process';

describe('the pace of what is waited for', () => {
  let folder: string;
  let store: FaultyObjectStore;
  let clock: ManualClock;
  let life: InProcess;

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'confirm-pace-'));
    store = new FaultyObjectStore(new MemoryStore());
    clock = new ManualClock();
    const settings = { publishIntervalMs: 0, confirmIntervalMs: 1_000 };
    life = new InProcess({ folder, store, clock, settings });
    await life.start();
    await life.store('CREATE TABLE t (x)');
  });

  afterEach(async () => {
    await life.stop();
    rmSync(folder, { recursive: true });
  });

  const puts = () =>
    store.calls.filter(({ operation, key }) => operation === 'put' && key.startsWith('ltx/0/'))
      .length;

  function insertAndFlush(): Promise<unknown> {
    life.db.exec('INSERT INTO t VALUES (1)');
    return life.replica.flush();
  }

  it('is kept: ten that wait within it share one request, when its time has come', async () => {
    const before = puts();
    const flushed = Array.from({ length: 10 }, insertAndFlush);
    await clock.whenSleeping(2); // The flushes share one limit, and the publisher sleeps.
    await clock.advance(999);
    expect(puts()).toBe(before);
    await clock.advance(1);
    await Promise.all(flushed);
    expect(puts()).toBe(before + 1);
  });

  it('holds for what nobody waits for too: it is a bound on requests', async () => {
    const before = puts();
    life.db.exec('INSERT INTO t VALUES (1)');
    life.replica.wake();
    await clock.whenSleeping();
    await clock.advance(999);
    expect(puts()).toBe(before);
    await clock.advance(1);
    await life.replica.flush();
    expect(puts()).toBe(before + 1);
  });

  it('is not waited for where all is stored: an answer to a reader costs neither time nor a request', async () => {
    const before = store.calls.length;
    await life.replica.flush();
    expect(store.calls).toHaveLength(before);
  });

  it('is not waited for at the end, neither by those who wait already nor by the last commits', async () => {
    const flushed = insertAndFlush();
    await clock.whenSleeping(2);
    expect(await life.stop()).toBe(true);
    await flushed;
  });
});
