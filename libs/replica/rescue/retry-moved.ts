import { PersistenceError } from '../../errors';
import { isStoreError } from '../../storage/store-error';
import type { Clock } from '../clock';
import { FileChanged } from '../log/fetch-file';

const MAX_ATTEMPTS = 5;
const BACKOFF_FIRST_MS = 100;

/**
 * Does `attempt` again, from the listing on, where a file that it had planned on was merged away meanwhile: that is no gap.
 * A file that stays away is `REPLICA_CORRUPT`.
 */
export async function retryMoved<T>(clock: Clock, attempt: () => Promise<T>): Promise<T> {
  for (let n = 1; ; n++) {
    try {
      return await attempt();
    } catch (error) {
      const key = movedKey(error);
      if (key === null) throw error;
      if (n === MAX_ATTEMPTS) throw movedAway(key, error);
      await clock.sleep(BACKOFF_FIRST_MS * 2 ** (n - 1));
    }
  }
}

/** The object that is gone, or was replaced, since it was listed; null for any other failure. */
export function movedKey(error: unknown): string | null {
  return error instanceof FileChanged || isStoreError(error, 'NotFound') ? error.key : null;
}

const movedAway = (key: string, cause: unknown): PersistenceError =>
  new PersistenceError('REPLICA_CORRUPT', `${key} is listed, and cannot be read.`, {
    key,
    cause,
    hint: 'Try again: it may have been merged or written anew at that moment. If it stays so, bring the object back (versions, soft delete).',
  });
