import { copyFileSync } from 'node:fs';
import path from 'node:path';
import { seeded, textSource } from '../lib/chance.mjs';
import { answer } from '../lib/child.mjs';
import { fromRoot, replicaClock, room } from '../lib/product.mjs';
import { s3Place } from '../lib/s3-place.mjs';

const HEX = (bytes) => 'ab'.repeat(bytes);
const TICK = 30;

/**
 * A day, or less, of one commit a second on a copy of `source`, with maintenance every half minute: the engine, the protocol and
 * the maintenance worker that ship, on a clock that jumps from second to second, and a store in memory. Then what is stored
 * is copied to S3, and beside it a first snapshot of the same database.
 */
answer(async ({ source, endpoint, seconds, folder }) => {
  const database = path.join(folder, 'app.db');
  copyFileSync(source, database);
  const { MemoryStore, counted, costOf, RequestCounter, STORE_PRICES } = room('storage');
  const time = { now: Date.now() - seconds * 1000 };
  const memory = new MemoryStore({ now: () => time.now });
  const counter = new RequestCounter(() => time.now);
  const clock = { ...replicaClock(), now: () => time.now };
  const replica = await start(database, counted(memory, counter), clock);
  await live(database, replica, time, seconds);
  await replica.stop({ timeoutMs: 60_000 });

  const keys = [];
  for await (const { key } of memory.list('')) keys.push(key);
  await copyTo(await s3Place(endpoint, 'day/'), memory, keys);
  const fresh = await start(database, await s3Place(endpoint, 'fresh/'), replicaClock(), 'fresh');
  await fresh.stop({ timeoutMs: 60_000 });
  const { counts } = counter.snapshot().life;
  const perDay = 86_400 / seconds;
  return {
    objects: keys.length,
    requests: Math.round((counts.put + counts.get + counts.list + counts.head) * perDay),
    dollars: costOf(counts, STORE_PRICES.s3).requests * perDay,
  };
});

async function start(path, store, clock, name = 'app') {
  const { Replica } = room('replica');
  const { createFileMerger, createSqliteEngine } = room('engine');
  const replica = new Replica({
    store,
    clock,
    engine: createSqliteEngine({ path }),
    merger: createFileMerger({ path }),
    identity: { application: 'bench', database: name, deployment: '' },
    nodeId: HEX(8),
    newLineage: HEX(16),
    settings: { publishIntervalMs: 0, flushTimeoutMs: 60_000, verify: 'quick' },
  });
  await replica.start();
  return replica;
}

async function live(path, replica, time, seconds) {
  const Database = fromRoot('better-sqlite3');
  const connection = new Database(path);
  connection.pragma('wal_autocheckpoint = 0');
  connection.pragma('synchronous = NORMAL');
  const { sentence, whole } = textSource(seeded(7));
  const { lessons } = connection.prepare('SELECT max(id) AS lessons FROM lesson').get();
  const rate = connection.prepare('UPDATE lesson SET rating = ?, changed = ? WHERE id = ?');
  const visit = connection.prepare('INSERT INTO visit VALUES (NULL, ?, ?, ?, ?, NULL)');
  for (let second = 1; second <= seconds; second++) {
    time.now += 1000;
    if (second % 2 === 0) rate.run(whole(50) / 10, time.now, 1 + whole(lessons));
    else visit.run(`${sentence(2)} ${second}`, whole(12), 1 + whole(lessons), time.now);
    await replica.flush();
    if (second % TICK === 0) await replica.maintain();
  }
  connection.close();
}

async function copyTo(target, source, keys) {
  let next = 0;
  const work = async () => {
    while (next < keys.length) {
      const key = keys[next++];
      const { body, time, metadata } = await source.get(key);
      const chunks = [];
      for await (const chunk of body) chunks.push(chunk);
      await target.put(key, Buffer.concat(chunks), { mode: 'create', time, metadata });
    }
  };
  await Promise.all(Array.from({ length: 8 }, work));
}
