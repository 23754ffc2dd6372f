import path from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { startApp } from '../lib/app.mjs';
import { answer } from '../lib/child.mjs';
import { room } from '../lib/product.mjs';
import { counting, requests } from '../lib/stores.mjs';

/** An app that wrote once and then does nothing: CPU and requests from `fromSeconds` to `toSeconds` after its start. */
answer(async ({ folder, withModule, fromSeconds, toSeconds }) => {
  const watched = counting(
    await room('storage').DirectoryStore.open({ root: path.join(folder, 'store') }),
  );
  const { app, dataSource } = await startApp({
    database: path.join(folder, 'app.db'),
    ...(withModule && { storage: watched.store }),
  });
  await dataSource.getRepository('Note').insert({ author: 1, text: 'the only one', created: 1 });
  await setTimeout(fromSeconds * 1_000);
  const cpu = process.cpuUsage();
  const before = requests(watched.counts);
  const begun = performance.now();
  await setTimeout((toSeconds - fromSeconds) * 1_000);
  const { user, system } = process.cpuUsage(cpu);
  const cpuPercent = ((user + system) / 1_000 / (performance.now() - begun)) * 100;
  const made = requests(watched.counts) - before;
  await app.close();
  return { cpuPercent, requests: made };
});
