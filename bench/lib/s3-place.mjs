import { room } from './product.mjs';
import { BUCKET } from './s3-server.mjs';

/** What the server of `s3-server.mjs` keeps below `prefix`, with deadlines and retries as the module has them. */
export async function s3Place(endpoint, prefix) {
  const { S3Store, prefixed, systemClock, withDeadline, withRetry } = room('storage');
  const store = await S3Store.open({
    bucket: BUCKET,
    endpoint,
    accessKeyId: 'test',
    secretAccessKey: 'testtest',
  });
  const chance = { sleep: systemClock.sleep.bind(systemClock), random: Math.random };
  const guarded = withDeadline(prefixed(store, prefix), { callMs: 10_000, stallMs: 10_000 });
  return withRetry(guarded, { attempts: 4, baseMs: 100, maxMs: 2_000 }, chance);
}
