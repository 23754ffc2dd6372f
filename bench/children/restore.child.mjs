import { copyFile, open } from 'node:fs/promises';
import { answer } from '../lib/child.mjs';
import { replicaClock, room } from '../lib/product.mjs';
import { wrapped } from '../lib/stores.mjs';

const ways = {
  /** Restored, every checksum and `quick_check` passed, fsynced, in its place. */
  async ours({ replica, target }) {
    const { DirectoryStore } = room('storage');
    const store = await DirectoryStore.open({ root: replica });
    const { restoreToFile } = room('replica');
    const { createSqliteEngine } = room('engine');
    await restoreToFile({
      store: wrapped(store),
      engine: createSqliteEngine({ path: target }),
      clock: replicaClock(),
    });
  },
  async copy({ source, target }) {
    await copyFile(source, target);
  },
  /** As safe from a power loss as a restore is. */
  async 'durable-copy'({ source, target }) {
    await copyFile(source, target);
    const file = await open(target, 'r+');
    await file.sync();
    await file.close();
  },
};

answer(async (input) => {
  const cpu = process.cpuUsage();
  const begun = performance.now();
  await ways[input.way](input);
  const ms = performance.now() - begun;
  const { user, system } = process.cpuUsage(cpu);
  return { ms, cpuMs: (user + system) / 1000, rssMb: process.resourceUsage().maxRSS / 1024 };
});
