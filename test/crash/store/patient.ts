import { type ObjectStore, systemClock, withRetry } from '../../../libs/storage';

/** A server may drop a connection at any time, as in an app. */
export const patient = (store: ObjectStore): ObjectStore =>
  withRetry(
    store,
    { attempts: 5, baseMs: 100, maxMs: 2_000 },
    { sleep: (ms, signal) => systemClock.sleep(ms, signal), random: Math.random },
  );
