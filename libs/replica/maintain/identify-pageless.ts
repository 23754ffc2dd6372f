import { isPersistenceError } from '../../errors';
import type { ObjectStore } from '../../storage/object-store';
import { isStoreError } from '../../storage/store-error';
import { readEntryIdentity, type EntryIdentity } from '../log/entry';
import type { LogFile } from '../log/inventory';
import { logKey } from '../log/log-keys';

/**
 * Whether an entry without pages must stay. A claim stays for ever, because it is what stops the instance it superseded,
 * however late that one wakes; it may go only if that instance had released. To be sure of that, the release must still be there, the
 * claim name it, and the entry behind name the claim: a void claim stays.
 */
export async function identifyPageless(
  store: ObjectStore,
  file: LogFile,
  signal: AbortSignal,
): Promise<'stays' | 'may go'> {
  const own = await read(store, file.minTxid, signal);
  const kind = own?.header.entry?.kind;
  if (!own || kind === 'seal') return 'stays';
  if (kind !== 'claim') return 'may go';
  const before = await read(store, file.minTxid - 1, signal);
  if (before?.header.entry?.kind !== 'release') return 'stays';
  if (own.header.entry?.parent !== before.checksum) return 'stays';
  const behind = await read(store, file.minTxid + 1, signal);
  return behind?.header.entry?.parent === own.checksum ? 'may go' : 'stays';
}

/** Null for an entry that is gone or damaged: then nothing is known, and the claim stays. */
async function read(
  store: ObjectStore,
  txid: number,
  signal: AbortSignal,
): Promise<EntryIdentity | null> {
  if (txid < 1) return null;
  try {
    return await readEntryIdentity(store, logKey(0, txid, txid), signal);
  } catch (error) {
    if (isStoreError(error, 'NotFound') || isPersistenceError(error, 'REPLICA_CORRUPT'))
      return null;
    throw error;
  }
}
