import path from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setImmediate, setTimeout } from 'node:timers/promises';
import { startApp } from '../lib/app.mjs';
import { seeded, textSource } from '../lib/chance.mjs';
import { answer } from '../lib/child.mjs';
import { percentile } from '../lib/figures.mjs';
import { room } from '../lib/product.mjs';

const WARM_UP_MS = 1_000;

/**
 * Inserts through a TypeORM repository for `seconds`: as fast as one writer can (`perSecond` 0), yielding to the event
 * loop after each as a request would, or at a steady pace, each measured from its own start.
 */
answer(async ({ folder, withModule, seconds, perSecond }) => {
  const { directory } = room('persistence');
  const storage = withModule ? directory({ path: path.join(folder, 'store') }) : undefined;
  const { app, dataSource } = await startApp({ database: path.join(folder, 'app.db'), storage });
  const notes = dataSource.getRepository('Note');
  const { sentence, whole } = textSource(seeded(7));
  const texts = Array.from({ length: 500 }, () => sentence(30));
  let count = 0;
  const insert = () =>
    notes.insert({
      author: whole(5_000),
      text: texts[count++ % texts.length],
      created: Date.now(),
    });

  await during(WARM_UP_MS, perSecond, insert);
  const loop = monitorEventLoopDelay({ resolution: 1 });
  const cpu = process.cpuUsage();
  loop.enable();
  const begun = performance.now();
  const latencies = await during(seconds * 1_000, perSecond, insert);
  const elapsed = performance.now() - begun;
  loop.disable();
  const { user, system } = process.cpuUsage(cpu);
  await app.close();
  return {
    perSecond: latencies.length / (elapsed / 1_000),
    p50: percentile(latencies, 0.5),
    p99: percentile(latencies, 0.99),
    p999: percentile(latencies, 0.999),
    max: percentile(latencies, 1),
    // The timer behind the histogram itself fires every millisecond.
    loopP99: loop.percentile(99) / 1e6 - 1,
    loopMax: loop.max / 1e6 - 1,
    cpuPerInsert: (user + system) / 1_000 / latencies.length,
  };
});

async function during(milliseconds, perSecond, work) {
  const latencies = [];
  const begun = performance.now();
  for (let now = begun; now < begun + milliseconds; now = performance.now()) {
    const due = perSecond === 0 ? now : begun + (latencies.length * 1_000) / perSecond;
    if (due - now > 1.5) await setTimeout(due - now - 1);
    while (performance.now() < due) await setImmediate();
    const start = performance.now();
    await work();
    latencies.push(performance.now() - start);
    await setImmediate();
  }
  return latencies;
}
