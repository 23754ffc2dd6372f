import { isPersistenceError } from '../../errors';
import { type LtxHeader, verifyLtx } from '../../ltx';
import type { ObjectStore } from '../../storage/object-store';
import { isStoreError } from '../../storage/store-error';
import type { Inventory, LogFile } from '../log/inventory';

export interface DamagedFile {
  readonly key: string;
  readonly reason: string;
}

/** What is known of a file that was read to its end and is intact. */
interface SoundFile {
  readonly file: LogFile;
  readonly header: LtxHeader;
  readonly checksum: string;
}

const READ_AT_ONCE = 4;

/**
 * Reads every file of the log to its end: its checksum, its name, and that neighbours name each other. `onRead` is told of
 * each file. A file that a merge removes meanwhile is passed over.
 */
export async function findDamagedFiles(
  store: ObjectStore,
  { files }: Inventory,
  onRead: (file: LogFile) => void,
): Promise<DamagedFile[]> {
  const sound: SoundFile[] = [];
  const damaged: DamagedFile[] = [];
  let next = 0;
  const work = async (): Promise<void> => {
    for (let at = next++; at < files.length; at = next++) {
      const file = files[at]!;
      const read = await readFile(store, file);
      if (read && 'reason' in read) damaged.push(read);
      else if (read) sound.push(read);
      onRead(file);
    }
  };
  await Promise.all(Array.from({ length: READ_AT_ONCE }, work));
  return [...damaged, ...brokenChain(sound)].sort((a, b) => (a.key < b.key ? -1 : 1));
}

async function readFile(
  store: ObjectStore,
  file: LogFile,
): Promise<SoundFile | DamagedFile | null> {
  try {
    const { body } = await store.get(file.key);
    const { header, checksum } = await verifyLtx(body);
    const { minTxid, maxTxid } = header;
    if (minTxid === file.minTxid && maxTxid === file.maxTxid) return { file, header, checksum };
    return { key: file.key, reason: `it holds TXIDs ${minTxid} to ${maxTxid}` };
  } catch (error) {
    if (isStoreError(error, 'NotFound')) return null;
    if (isPersistenceError(error, 'LTX_INVALID')) return { key: file.key, reason: error.message };
    throw error;
  }
}

/**
 * Entries that do not continue the one before. One that a merged file covers and that is not the last it names may be a
 * claim that came too late: it is not part of the history, and no damage.
 */
function brokenChain(sound: readonly SoundFile[]): DamagedFile[] {
  const entries = new Map(
    sound.filter(({ file }) => file.level === 0).map((entry) => [entry.file.maxTxid, entry]),
  );
  const merged = sound.filter(({ file }) => file.level > 0).map(({ file }) => file);
  const covered = (txid: number): boolean =>
    merged.some(({ minTxid, maxTxid }) => minTxid <= txid && maxTxid >= txid);
  const broken: DamagedFile[] = [];
  for (const [txid, { file, header }] of entries) {
    const before = entries.get(txid - 1);
    if (!header.entry || !before?.header.entry || header.entry.parent === before.checksum) continue;
    if (before.header.entry.kind === 'claim' && covered(txid - 1)) continue;
    broken.push({ key: file.key, reason: `it does not continue ${before.file.key}` });
  }
  return broken;
}
