import path from 'node:path';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setImmediate, setTimeout } from 'node:timers/promises';
import { startApp } from '../lib/app.mjs';
import { answer } from '../lib/child.mjs';
import { room } from '../lib/product.mjs';

const ROWS = 2_000;
const AT_ONCE = 50;
/** Between two looks at the event loop, as requests would allow. */
const TURN = 16;
const TURN_MS = 5;
const LOCK_MS = 400;
const LOCKS = 3;

/**
 * How many of each operation a DataSource does in a second, one after another and `AT_ONCE` at once, and how long the event
 * loop stands still while another process holds SQLite's write lock. `concurrent` names what is done at once, `stall`
 * whether the lock is tried.
 */
answer(async ({ folder, setup, milliseconds, warmUpMs, concurrent, stall }) => {
  const database = path.join(folder, 'app.db');
  const { app, dataSource } = await startApp({ database, ...(await withStore(setup, folder)) });
  const operations = operationsOf(dataSource);
  await dataSource.getRepository('Note').insert(Array.from({ length: ROWS }, (_, i) => note(i)));
  const result = {};
  for (const [name, work] of Object.entries(operations)) {
    await during(warmUpMs, work);
    result[name] = await during(milliseconds, work);
  }
  for (const name of concurrent) {
    const together = () => Promise.all(Array.from({ length: AT_ONCE }, operations[name]));
    await during(warmUpMs, together, 1);
    result[`${name}AtOnce`] = AT_ONCE * (await during(milliseconds, together, 1));
  }
  if (stall) result.stallMs = await longestStall(database, operations.transaction);
  await app.close();
  return result;
});

async function withStore({ replicated, ...setup }, folder) {
  if (!replicated) return setup;
  const root = path.join(folder, 'store');
  return { ...setup, storage: await room('storage').DirectoryStore.open({ root }) };
}

function operationsOf(dataSource) {
  const notes = dataSource.getRepository('Note');
  let count = 0;
  return {
    save: () => notes.save(note(count++)),
    insert: () => notes.insert(note(count++)),
    findOneBy: () => notes.findOneBy({ id: 1 + (count++ % ROWS) }),
    transaction: () =>
      dataSource.transaction(async (manager) => {
        await manager.insert('Note', note(count++));
        await manager.update('Note', { id: 1 + (count % ROWS) }, { created: count });
      }),
  };
}

const note = (i) => ({ author: i % 500, text: 'what a note says, about so much', created: i });

/** How often `work` was done in a second. */
async function during(milliseconds, work, turn = TURN) {
  const begun = performance.now();
  let count = 0;
  while (performance.now() < begun + milliseconds) {
    await work();
    if (++count % turn === 0) await setImmediate();
  }
  return count / ((performance.now() - begun) / 1_000);
}

async function longestStall(database, transaction) {
  const other = fork(path.join(import.meta.dirname, 'lock.child.mjs'));
  const loop = monitorEventLoopDelay({ resolution: 1 });
  let longest = 0;
  for (let i = 0; i < LOCKS; i++) {
    other.send({ path: database, milliseconds: LOCK_MS });
    await once(other, 'message');
    const free = once(other, 'message');
    const begun = performance.now();
    loop.reset();
    loop.enable();
    // The loop has to turn before and behind a stand-still, or that is not counted.
    await setTimeout(TURN_MS);
    await transaction();
    const waited = performance.now() - begun;
    await setTimeout(TURN_MS);
    loop.disable();
    if (waited < LOCK_MS / 2) throw new Error('the lock was not met');
    longest = Math.max(longest, loop.max / 1e6 - 1);
    await free;
    await setTimeout(LOCK_MS / 4);
  }
  other.disconnect();
  return longest;
}
