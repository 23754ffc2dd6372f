import path from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { startHttpApp } from '../lib/http-app.mjs';
import { room } from '../lib/product.mjs';
import { counting, holdable, slow } from '../lib/stores.mjs';

const COLLECTIONS = 3;
const SETTLE_MS = 20;
/** Longer than anything is held here. */
const WAIT_MS = 120_000;

/**
 * The server of `lib/server.mjs`: takes what it shall be, says its port, then answers one question at a time until its
 * parent lets go. Its store is in memory and answers after `latencyMs`. `durability` left out: no module at all.
 */
process.once('message', (input) => void serve(input).catch(failed));

function failed(error) {
  console.error(error);
  process.exit(1);
}

async function serve({ platform, folder, durability, latencyMs = 0 }) {
  const hold = holdable(slow(new (room('storage').MemoryStore)(), latencyMs));
  const { store, bodies, counts } = counting(hold.store, { keepBodies: true });
  const app = await startHttpApp({
    platform,
    database: path.join(folder, `${durability ?? 'without'}-${process.pid}.db`),
    ...(durability && {
      storage: store,
      options: { durability, confirmTimeoutMs: WAIT_MS, flushTimeoutMs: WAIT_MS },
    }),
  });
  const questions = {
    cpu: () => cpuMs(),
    memory: () => memory(),
    hold: () => hold.hold(),
    release: () => hold.release(),
    puts: () => counts.put,
    /** A bare put of what the last commit stored. Resolves to its ms. */
    put: () => timePut(hold.store, bodies.at(-1)),
  };
  process.on('disconnect', () => process.exit(0));
  const respond = async ({ name }) => {
    bodies.splice(0, bodies.length - 1);
    process.send((await questions[name]()) ?? null);
  };
  process.on('message', (question) => void respond(question).catch(failed));
  process.send({ port: app.getHttpServer().address().port });
}

let bare = 0;

async function timePut(store, body) {
  const key = `bare/${String(bare++).padStart(16, '0')}-0.ltx`;
  const begun = performance.now();
  await store.put(key, body, { mode: 'create', time: Date.now() });
  return performance.now() - begun;
}

/** Of all threads. */
function cpuMs() {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
}

async function memory() {
  for (let i = 0; i < COLLECTIONS; i++) {
    globalThis.gc();
    await setTimeout(SETTLE_MS);
  }
  const { heapUsed, rss, external } = process.memoryUsage();
  return { heapUsed, rss, external };
}
