import { copyFileSync } from 'node:fs';
import path from 'node:path';
import { seeded, textSource } from '../lib/chance.mjs';
import { answer } from '../lib/child.mjs';
import { contents } from '../lib/contents.mjs';
import { fromRoot, replicaClock, room } from '../lib/product.mjs';
import { s3Place } from '../lib/s3-place.mjs';
import { copyObjects } from '../lib/stores.mjs';

const TICK_SECONDS = 30;
const STOP_MS = 60_000;
const LEVELS = [0, 1, 2, 3, 9];

/**
 * `warmUp` and then `seconds` of one commit a second on a copy of the database `source`: engine, protocol and maintenance
 * as they ship, a store in memory, a clock that is moved by hand. Requests are those of `seconds`. What is stored then goes
 * to the S3 server as the replica `day`, and the same database, taken in anew, as `fresh`.
 */
answer(async ({ source, url, warmUp, seconds, folder }) => {
  const { counted, MemoryStore, RequestCounter } = room('storage');
  const database = path.join(folder, 'day.db');
  copyFileSync(source, database);
  const time = { now: Date.now() - (warmUp + seconds) * 1_000 };
  const now = () => time.now;
  const memory = new MemoryStore({ now });
  const counter = new RequestCounter(now);
  const replica = await start(database, counted(memory, counter), { ...replicaClock(), now });
  const writer = startWriter(database, replica, time);
  await live(replica, writer, warmUp);
  const before = counter.snapshot().life.counts;
  await live(replica, writer, seconds);
  const counts = difference(counter.snapshot().life.counts, before);
  writer.end();
  await stop(replica);
  await copyObjects(memory, (await s3Place(url, 'day')).store);

  const copy = path.join(folder, 'fresh.db');
  copyFileSync(database, copy);
  const fresh = await s3Place(url, 'fresh');
  await stop(await start(copy, fresh.store, replicaClock()));
  return { counts, contents: contents(database), ...(await stored(memory)) };
});

async function start(database, store, clock) {
  const { Replica } = room('replica');
  const { createFileMerger, createSqliteEngine } = room('engine');
  const replica = new Replica({
    store,
    clock,
    engine: createSqliteEngine({ path: database }),
    merger: createFileMerger({ path: database }),
    identity: { application: 'bench', database: 'app', deployment: '' },
    nodeId: 'ab'.repeat(8),
    newLineage: 'cd'.repeat(16),
    settings: { publishIntervalMs: 0, flushTimeoutMs: STOP_MS, verify: 'quick' },
  });
  await replica.start();
  return replica;
}

async function stop(replica) {
  if (!(await replica.stop({ timeoutMs: STOP_MS }))) throw new Error('the end was not clean');
}

async function live(replica, writer, seconds) {
  for (let n = 1; n <= seconds; n++) {
    await writer.next();
    if (n % TICK_SECONDS === 0) await replica.maintain();
  }
}

/** Half of the commits change a row anywhere in the database, the others add one. */
function startWriter(database, replica, time) {
  const Database = fromRoot('better-sqlite3');
  const connection = new Database(database);
  connection.pragma('wal_autocheckpoint = 0');
  connection.pragma('synchronous = NORMAL');
  const lessons = connection.prepare('SELECT max(id) FROM lesson').pluck().get();
  const rate = connection.prepare('UPDATE lesson SET rating = ?, changed = ? WHERE id = ?');
  const visit = connection.prepare('INSERT INTO visit VALUES (NULL, ?, ?, ?, ?, NULL)');
  const { sentence, whole } = textSource(seeded(7));
  let count = 0;
  return {
    async next() {
      time.now += 1_000;
      const lesson = 1 + whole(lessons);
      if (++count % 2 === 0) rate.run(whole(50) / 10, time.now, lesson);
      else visit.run(`${sentence(2)} ${count}`, whole(12), lesson, time.now);
      await replica.flush();
    },
    end: () => connection.close(),
  };
}

const difference = (after, before) =>
  Object.fromEntries(Object.keys(after).map((name) => [name, after[name] - before[name]]));

async function stored(store) {
  const objects = Object.fromEntries(LEVELS.map((level) => [level, 0]));
  let bytes = 0;
  for await (const { key, size } of store.list('ltx/')) {
    objects[key.split('/')[1]]++;
    bytes += size;
  }
  return { objects, megabytes: bytes / 1e6 };
}
