import { PersistenceError } from '../../errors';
import type { FileProof } from '../../engine/file-merger';
import { ZERO_CHECKSUM } from '../../ltx';
import type { LogFile } from '../log/inventory';

/** File checksum of the last entry that a file holds; zeros where Litestream wrote it, because nobody names such a one. */
export function lastEntryOf({ header, checksum }: Pick<FileProof, 'header' | 'checksum'>): string {
  const { entry } = header;
  if (!entry) return ZERO_CHECKSUM;
  return entry.kind === 'merged' ? entry.parent : checksum;
}

/**
 * Holds the inputs of a merge against the log: each is what its name says, and each entry names the one before it, so that no
 * void claim and no other history gets into a merged file. `before`: what the file in front of them ends with; null where that
 * is not known.
 */
export function assertOneHistory(
  files: readonly LogFile[],
  proofs: readonly FileProof[],
  before: string | null,
): void {
  let previous = before;
  files.forEach(({ key, minTxid, maxTxid }, at) => {
    const proof = proofs[at]!;
    const { header } = proof;
    if (header.minTxid !== minTxid || header.maxTxid !== maxTxid) {
      throw corrupt(key, `holds TXIDs ${header.minTxid} to ${header.maxTxid}`);
    }
    const { entry } = header;
    if (entry && entry.kind !== 'merged' && previous !== null && entry.parent !== previous) {
      throw corrupt(key, `names ${entry.parent} as the entry before, which is ${previous}`);
    }
    previous = lastEntryOf(proof);
  });
}

/** Whether two files of one name do the same: folds of one history may differ in who made them and of what, not in meaning. */
export function sameMeaning(stored: FileProof, own: FileProof): boolean {
  const [a, b] = [stored.header, own.header];
  const same =
    a.minTxid === b.minTxid &&
    a.maxTxid === b.maxTxid &&
    a.commit === b.commit &&
    a.pageSize === b.pageSize;
  // Litestream's folds name no entry.
  return same && (!a.entry || !b.entry || lastEntryOf(stored) === lastEntryOf(own));
}

const corrupt = (key: string, what: string): PersistenceError =>
  new PersistenceError('REPLICA_CORRUPT', `${key} ${what}.`, {
    key,
    hint: 'It was not merged, and nothing was deleted. Restores up to the entry before it are not affected; look at who writes to this replica.',
  });
