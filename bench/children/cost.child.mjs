import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { startApp } from '../lib/app.mjs';
import { seeded, textSource } from '../lib/chance.mjs';
import { answer } from '../lib/child.mjs';
import { bytesBelow, cpuOf, replicate } from '../lib/litestream.mjs';
import { room } from '../lib/product.mjs';
import { counting } from '../lib/stores.mjs';

const SETTLE_MS = 1_500;
const WARM_UP_PAUSE_MS = 5;

/**
 * Commits at a steady, sparse pace. CPU is that of this process (all threads) and, where Litestream replicates, that of
 * its process apart; bytes are what reaches the replica.
 */
answer(async ({ folder, way, warmUp, commits, perSecond }) => {
  const database = path.join(folder, 'app.db');
  const replica = path.join(folder, 'replica');
  const watched = counting(await openStore(way, folder));
  const ours = way.publishIntervalMs !== undefined;
  const { app, dataSource } = await startApp({
    database,
    ...(ours && { storage: watched.store, options: { publishIntervalMs: way.publishIntervalMs } }),
  });
  const peer = way.litestream
    ? replicate(way.litestream, {
        database,
        replica,
        intervalMs: way.intervalMs,
        configuration: path.join(folder, 'litestream.yml'),
        write: writeFileSync,
      })
    : null;
  const notes = dataSource.getRepository('Note');
  const { sentence, whole } = textSource(seeded(3));
  const insert = () =>
    notes.insert({ author: whole(5_000), text: sentence(20), created: Date.now() });
  for (let i = 0; i < warmUp; i++) {
    await insert();
    await setTimeout(WARM_UP_PAUSE_MS);
  }
  await setTimeout(SETTLE_MS);

  const bytesSoFar = () => (peer ? bytesBelow(replica) : watched.counts.bytes);
  const before = {
    cpu: process.cpuUsage(),
    bytes: bytesSoFar(),
    peer: peer && cpuOf(peer.pid),
    puts: watched.counts.put,
  };
  const begun = performance.now();
  for (let i = 0; i < commits; i++) {
    await setTimeout(Math.max(0, begun + (i * 1_000) / perSecond - performance.now()));
    await insert();
  }
  await setTimeout(SETTLE_MS);
  const { user, system } = process.cpuUsage(before.cpu);
  const result = {
    appCpu: (user + system) / 1_000 / commits,
    peerCpu: peer ? (cpuOf(peer.pid) - before.peer) / commits : 0,
    bytes: (bytesSoFar() - before.bytes) / commits,
    puts: (watched.counts.put - before.puts) / commits,
  };
  await peer?.stop();
  if (peer && result.bytes === 0)
    throw new Error(`Litestream replicated nothing: ${peer.output()}`);
  await app.close();
  return result;
});

/** In memory: what is left is what the module itself costs. */
function openStore({ inMemory }, folder) {
  const { DirectoryStore, MemoryStore } = room('storage');
  return inMemory ? new MemoryStore() : DirectoryStore.open({ root: path.join(folder, 'store') });
}
