import { isStoreError } from '../../storage/store-error';
import type { ObjectInfo } from '../../storage/object-store';
import { journalKeys } from './backup-keys';
import { backupMetadata, type BackupIdentity } from './backup-metadata';
import type { BackupTarget, PlainFile } from './backup-types';
import { type ForeignPlace, keepForeign } from './keep-foreign';
import { planPut, type Occupied } from './put-plan';

/** Looks at what stands there and tries to put ours: others may write there too. */
const MAX_ROUNDS = 4;

export interface BackupToStore extends ForeignPlace {
  readonly file: PlainFile;
  readonly identity: BackupIdentity;
  /** Of `ownerText`. */
  readonly owner: string | undefined;
  /** When the state was written (ms since 1970). */
  readonly time: number;
  readonly onForeign: (keptAs: string) => void;
}

/**
 * Puts the file into its place: never over a later state of the same history, never over anything else before that is
 * kept. Where a failure may hide a success, what stands there decides.
 */
export async function storeBackup(backup: BackupToStore): Promise<'stored' | 'newer'> {
  const { target, file, identity, time } = backup;
  const { store, key } = target;
  const own = { ...identity, bytes: file.size };
  let failure: unknown;
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const occupied = await look(target);
    const plan = planPut(occupied, own, store.capabilities.compareAndSwap);
    if (plan.step === 'present') return 'stored';
    if (plan.step === 'newer') return 'newer';
    if (failure !== undefined && !isConflict(failure)) break;
    if (plan.step === 'keep-foreign') backup.onForeign(await keepForeign(backup, occupied));
    try {
      const metadata = backupMetadata(identity, backup.owner);
      await store.put(key, file, { mode: plan.mode, metadata, time });
      return 'stored';
    } catch (error) {
      if (!isConflict(error) && !(isStoreError(error) && error.transient)) throw error;
      failure = error;
    }
  }
  throw failure;
}

/** The object and its journals, as they stand now. */
async function look({ store, key }: BackupTarget): Promise<Occupied> {
  const head = async (at: string): Promise<ObjectInfo | null> => {
    try {
      return await store.head(at);
    } catch (error) {
      if (isStoreError(error, 'NotFound')) return null;
      throw error;
    }
  };
  const [info, ...journals] = await Promise.all([key, ...journalKeys(key)].map(head));
  return { info: info!, journals: journals.flatMap((journal) => journal?.key ?? []) };
}

function isConflict(error: unknown): boolean {
  return isStoreError(error, 'AlreadyExists', 'PreconditionFailed');
}
