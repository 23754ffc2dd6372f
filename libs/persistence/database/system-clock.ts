import { setImmediate } from 'node:timers/promises';
import type { Clock } from '../../replica';
import { systemClock as storageClock } from '../../storage';

/** The time of this machine, as the protocol wants it. */
export const systemClock: Clock = {
  now: () => storageClock.now(),
  sleep: (ms, signal) => storageClock.sleep(ms, signal),
  immediate: () => setImmediate(),
};
