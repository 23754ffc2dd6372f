import { isPersistenceError } from '../../errors';
import { verifyLtx } from '../../ltx';
import type { ObjectStore } from '../../storage/object-store';
import { readEntryIdentity } from '../log/entry';
import type { LogFile } from '../log/inventory';

/** So short a file is read whole, and its time believed only if its checksum is right. */
const WHOLE_BYTES_MAX = 64 * 1024;

/**
 * The moment of the last transaction as the file itself tells it, ms since 1970; null for a damaged file. A copy made
 * without the times of its files, or without the metadata of its objects, still has this one.
 */
export async function timeInside(
  store: ObjectStore,
  { key, size }: LogFile,
  signal?: AbortSignal,
): Promise<number | null> {
  try {
    if (size > WHOLE_BYTES_MAX)
      return (await readEntryIdentity(store, key, signal)).header.timestamp;
    const { body } = await store.get(key, signal ? { signal } : {});
    return (await verifyLtx(body)).header.timestamp;
  } catch (error) {
    if (isPersistenceError(error, 'LTX_INVALID', 'REPLICA_CORRUPT')) return null;
    throw error;
  }
}
