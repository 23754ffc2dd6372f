import { setImmediate, setTimeout } from 'node:timers/promises';
import type { Clock } from '../../replica';

/** The time of this machine. */
export const systemClock: Clock = {
  now: () => Date.now(),
  sleep: async (ms, signal) => {
    try {
      await setTimeout(ms, undefined, signal === undefined ? {} : { signal });
    } catch (error) {
      // Node wraps the reason in an AbortError; the port promises the reason itself.
      throw signal?.aborted === true ? signal.reason : error;
    }
  },
  immediate: () => setImmediate(),
};
