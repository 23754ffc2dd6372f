import { createSqliteEngine } from '../../../libs/engine';
import { restoreToFile, type RestoreResult } from '../../../libs/replica';
import { DirectoryStore, systemClock } from '../../../libs/storage';

const immediate = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Restores the newest state of the replica in a folder into the new file `to`; the replica is only read. */
export async function restoreCopy(replica: string, to: string): Promise<RestoreResult> {
  return restoreToFile({
    store: await DirectoryStore.open({ root: replica }),
    engine: createSqliteEngine({ path: to }),
    clock: { ...systemClock, immediate },
  });
}
