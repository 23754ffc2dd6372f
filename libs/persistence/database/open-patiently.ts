import { isStoreError, StoreError } from '../../storage/store-error';
import { systemClock } from './system-clock';

const ATTEMPTS = 4;
const ATTEMPT_MS = 10_000;
const BACKOFF_FIRST_MS = 100;

/**
 * Opens a store over the network: an attempt that gets no answer is given up, and one that failed in a way that may pass is
 * repeated; about 40 s at most. Wrappers that do this for requests come only around a store that is open.
 */
export async function openPatiently<T>(open: () => Promise<T>): Promise<T> {
  for (let failures = 0; ;) {
    try {
      return await within(open());
    } catch (error) {
      if (!isStoreError(error) || !error.transient || ++failures >= ATTEMPTS) throw error;
      await systemClock.sleep(BACKOFF_FIRST_MS * 2 ** failures);
    }
  }
}

async function within<T>(opening: Promise<T>): Promise<T> {
  const answered = new AbortController();
  const late = systemClock.sleep(ATTEMPT_MS, answered.signal).then(() => {
    throw new StoreError('Timeout', '', `no answer within ${ATTEMPT_MS} ms`);
  });
  try {
    return await Promise.race([opening, late]);
  } finally {
    late.catch(() => undefined);
    answered.abort();
  }
}
