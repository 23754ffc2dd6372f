import {
  bucketLayout,
  counted,
  type ObjectStore,
  prefixed,
  RequestCounter,
  systemClock,
  withDeadline,
  withLimit,
  withRetry,
} from '../../libs/storage';
import { FaultyObjectStore } from '../../libs/testing';

const chance = {
  sleep: (ms: number, signal?: AbortSignal) => systemClock.sleep(ms, signal),
  random: () => 0.5,
};

/** Every wrapper of the port, each in a way that hides nothing of the store below it; the last all at once, as in an app. */
export const WRAPPERS: Readonly<Record<string, (store: ObjectStore) => ObjectStore>> = {
  prefixed: (store) => prefixed(store, 'some/folder/'),
  'with a deadline': (store) => withDeadline(store, { callMs: 20_000, stallMs: 20_000 }),
  'with retries': (store) => withRetry(store, { attempts: 3, baseMs: 1, maxMs: 2 }, chance),
  'with a limit': (store) => withLimit(store, { inFlight: 4 }),
  counted: (store) => counted(store, new RequestCounter()),
  'in the layout of a bucket': (store) => bucketLayout(store),
  'in the layout of a bucket, below a level': (store) => prefixed(bucketLayout(store), 'ltx/0'),
  'faulty, on a good day': (store) => new FaultyObjectStore(store),
  'all together': (store) =>
    withRetry(
      withDeadline(
        withLimit(bucketLayout(prefixed(counted(store, new RequestCounter()), 'app.db.replica'))),
        { callMs: 20_000, stallMs: 20_000 },
      ),
      { attempts: 4, baseMs: 1, maxMs: 2 },
      chance,
    ),
};

/** Asks less of a store that was asked for everything already, without its wrapper. */
export const LIGHT = { racers: 20, rounds: 1, listed: 100, streamed: 2 << 20, large: 2 << 20 };
