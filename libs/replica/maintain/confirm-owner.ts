import { PersistenceError } from '../../errors';
import type { ObjectStore } from '../../storage/object-store';
import { isStoreError } from '../../storage/store-error';
import { readEntryIdentity, type EntryIdentity } from '../log/entry';
import { logKey } from '../log/log-keys';
import type { MaintenanceParts } from './maintenance-parts';

/**
 * Two small reads: whether the newest entry of ours is there, and the one behind it absent, or ours and on its way. Rejects
 * with `REPLICA_FENCED` where another instance has written: the log is theirs now; and with `REPLICA_MISSING` where the
 * replica was taken away. Both are settled by the publisher's next entry; here they only mean that nothing may be folded or deleted.
 */
export async function confirmOwner(
  { store, nodeId, head }: Pick<MaintenanceParts, 'store' | 'nodeId' | 'head'>,
  signal: AbortSignal,
): Promise<void> {
  const { txid, checksum } = head();
  const [newest, next] = await Promise.all([
    read(store, txid, signal),
    read(store, txid + 1, signal),
  ]);
  if (!newest) {
    const key = logKey(0, txid, txid);
    throw new PersistenceError('REPLICA_MISSING', `${key}, stored by this instance, is gone.`, {
      key,
    });
  }
  if (newest.checksum !== checksum) throw superseded(newest);
  if (next && next.header.nodeId !== nodeId) throw superseded(next);
}

async function read(
  store: ObjectStore,
  txid: number,
  signal: AbortSignal,
): Promise<EntryIdentity | null> {
  try {
    return await readEntryIdentity(store, logKey(0, txid, txid), signal);
  } catch (error) {
    if (isStoreError(error, 'NotFound')) return null;
    throw error;
  }
}

const superseded = ({ header: { nodeId, maxTxid } }: EntryIdentity): PersistenceError =>
  new PersistenceError(
    'REPLICA_FENCED',
    `Instance ${nodeId} wrote TXID ${maxTxid}; maintenance has ended here.`,
    { key: logKey(0, maxTxid, maxTxid) },
  );
