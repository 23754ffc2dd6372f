import type { CapturedEntry } from '../../engine/database-engine';
import type { ObjectStore } from '../../storage/object-store';
import { isStoreError } from '../../storage/store-error';
import { readEntryIdentity, type EntryIdentity } from './entry';
import { logKey } from './log-keys';

/** An entry ready to be stored: its bytes are frozen until it is known who has its TXID. */
export type FrozenEntry = Pick<CapturedEntry, 'txid' | 'checksum' | 'timestamp' | 'body'> & {
  readonly nodeId: string;
};

export type Settlement =
  { readonly ours: true } | { readonly ours: false; readonly foreign: EntryIdentity };

/**
 * The commit: creates the entry if its TXID is free. Where it is not, the stored object is compared with ours, because an
 * earlier attempt may have succeeded without its answer arriving. Rejects with what the store says when that stays open;
 * the same entry may then be tried again, with the same bytes.
 */
export async function storeEntry(
  store: ObjectStore,
  entry: FrozenEntry,
  signal?: AbortSignal,
): Promise<Settlement> {
  const key = logKey(0, entry.txid, entry.txid);
  try {
    await store.put(key, entry.body, {
      mode: 'create',
      time: entry.timestamp,
      ...(signal && { signal }),
    });
    return { ours: true };
  } catch (error) {
    if (!isStoreError(error, 'AlreadyExists')) throw error;
  }
  const stored = await readEntryIdentity(store, key, signal);
  const ours = stored.header.nodeId === entry.nodeId && stored.checksum === entry.checksum;
  return ours ? { ours: true } : { ours: false, foreign: stored };
}
