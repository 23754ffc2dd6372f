import { answer } from '../lib/child.mjs';
import { replicaClock, room } from '../lib/product.mjs';
import { s3Place } from '../lib/s3-place.mjs';

/** Restored, every checksum and `quick_check` passed, fsynced, in its place. */
answer(async ({ endpoint, way, target }) => {
  const { restoreToFile } = room('replica');
  const { createSqliteEngine } = room('engine');
  const begun = performance.now();
  const { bytes } = await restoreToFile({
    store: await s3Place(endpoint, `${way}/`),
    engine: createSqliteEngine({ path: target }),
    clock: replicaClock(),
  });
  return { ms: performance.now() - begun, bytes };
});
