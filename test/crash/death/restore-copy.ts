import { createSqliteEngine } from '../../../libs/engine';
import { restoreToFile, type RestoreResult } from '../../../libs/replica';
import { type ObjectStore, systemClock } from '../../../libs/storage';

const immediate = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Restores the newest state of the replica into the new file `to`; the replica is only read. */
export function restoreCopy(replica: ObjectStore, to: string): Promise<RestoreResult> {
  return restoreToFile({
    store: replica,
    engine: createSqliteEngine({ path: to }),
    clock: { ...systemClock, immediate },
  });
}
