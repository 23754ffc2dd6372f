import type { ObjectStore } from '../../storage/object-store';
import { isStoreError } from '../../storage/store-error';
import { logKey } from '../log/log-keys';

/** Size of an entry without pages: a claim or a release. One with a page is longer. */
const PAGELESS_BYTES = 131;
/** Entries looked at; a restart leaves two. */
const MAX_LOOKS = 8;

/**
 * Whether the entries behind `from`, up to `to`, change nothing: a restart makes a release and a claim, which are no reason
 * for a new backup. One request for each; false where that is not certain.
 */
export async function unchangedSince(
  store: ObjectStore,
  from: number,
  to: number,
): Promise<boolean> {
  if (from > to || to - from > MAX_LOOKS) return false;
  for (let txid = from + 1; txid <= to; txid++) {
    try {
      const { size } = await store.head(logKey(0, txid, txid));
      if (size !== PAGELESS_BYTES) return false;
    } catch (error) {
      if (isStoreError(error, 'NotFound')) return false;
      throw error;
    }
  }
  return true;
}
