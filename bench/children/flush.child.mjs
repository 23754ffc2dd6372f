import path from 'node:path';
import { startApp } from '../lib/app.mjs';
import { answer } from '../lib/child.mjs';
import { percentile } from '../lib/figures.mjs';
import { room } from '../lib/product.mjs';
import { counting, slow } from '../lib/stores.mjs';
import { seeded, textSource } from '../lib/chance.mjs';

const WARM_UP = 30;

/**
 * One commit at a time: insert, `flush()`, then a bare put of the very bytes that the flush stored, through the same
 * store. Both wait for the same disk in the same second, so the noise of the machine hits both.
 */
answer(async ({ folder, latencyMs, commits }) => {
  const { DirectoryStore } = room('storage');
  const store = slow(await DirectoryStore.open({ root: path.join(folder, 'store') }), latencyMs);
  const watched = counting(store, { keepBodies: true });
  const { app, dataSource, sync } = await startApp({
    database: path.join(folder, 'app.db'),
    storage: watched.store,
  });
  const notes = dataSource.getRepository('Note');
  const { sentence } = textSource(seeded(1));
  const flushes = [];
  const puts = [];
  for (let i = -WARM_UP; i < commits; i++) {
    await notes.insert({ author: i, text: sentence(20), created: i });
    const begun = performance.now();
    await sync.flush();
    const flushed = performance.now();
    const body = watched.bodies.pop();
    const before = performance.now();
    await store.put(`bare/${String(i + WARM_UP).padStart(16, '0')}-0.ltx`, body, {
      mode: 'create',
      time: Date.now(),
    });
    const put = performance.now();
    if (i < 0) continue;
    flushes.push(flushed - begun);
    puts.push(put - before);
  }
  await app.close();
  return {
    flushP50: percentile(flushes, 0.5),
    flushP99: percentile(flushes, 0.99),
    putP50: percentile(puts, 0.5),
    putP99: percentile(puts, 0.99),
    bytes: watched.counts.bytes / watched.counts.put,
  };
});
