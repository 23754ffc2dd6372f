import { answer } from '../lib/child.mjs';
import { contents } from '../lib/contents.mjs';
import { replicaClock, room } from '../lib/product.mjs';
import { s3Place } from '../lib/s3-place.mjs';

/** Restored, every checksum and `quick_check` passed, fsynced, in its place. */
answer(async ({ url, name, target, expected }) => {
  const { restoreToFile } = room('replica');
  const { createSqliteEngine } = room('engine');
  // Not timed: the SDK is loaded and the bucket looked at, which would make any two restores look alike.
  const { store, counts } = await s3Place(url, name);
  const before = counts();
  const cpu = process.cpuUsage();
  const begun = performance.now();
  const { bytes } = await restoreToFile({
    store,
    engine: createSqliteEngine({ path: target }),
    clock: replicaClock(),
  });
  const ms = performance.now() - begun;
  const { user, system } = process.cpuUsage(cpu);
  const { get, list, bytesIn } = counts();
  if (contents(target) !== expected) throw new Error(`${name} gives another state`);
  return {
    ms,
    cpuMs: (user + system) / 1_000,
    gets: get - before.get,
    lists: list - before.list,
    megabytesIn: (bytesIn - before.bytesIn) / 1e6,
    megabytes: bytes / 1e6,
  };
});
