import type { FileProof, FoldedFile } from '../../engine/file-merger';
import { isPersistenceError, PersistenceError } from '../../errors';
import type { ObjectStore } from '../../storage/object-store';
import { isStoreError } from '../../storage/store-error';
import type { LogFile } from '../log/inventory';
import { logKey } from '../log/log-keys';
import type { Files } from './files';
import { sameMeaning } from './merge-check';

/** Up to here one request creates the object if it is absent; a larger one goes in parts, which no store does conditionally. */
const CREATE_BYTES = 64 * 1024 * 1024;

/**
 * Stores a merged file and reads back in full what the store then has: only after that its inputs count as covered. Where
 * the name is taken, what is there does the same and stands, unless it is damaged; then it is written over.
 */
export async function storeMerged(
  store: ObjectStore,
  files: Files,
  level: number,
  folded: FoldedFile,
  signal: AbortSignal,
): Promise<LogFile> {
  const { minTxid, maxTxid, timestamp } = folded.header;
  const key = logKey(level, minTxid, maxTxid);
  const own: LogFile = { level, minTxid, maxTxid, size: folded.size, time: timestamp, key };
  const taken = await create(store, folded, own, signal);
  const standing = taken && (await standsThere(store, files, folded, own, signal));
  if (standing) return standing;
  if (taken) await put(store, folded, own, 'overwrite', signal);
  const proof = await files.readBack(own, signal);
  if (proof.checksum !== folded.checksum) throw otherHistory(key);
  files.remember(key, proof);
  return own;
}

/** Whether the name was taken. */
async function create(
  store: ObjectStore,
  folded: FoldedFile,
  own: LogFile,
  signal: AbortSignal,
): Promise<boolean> {
  const mode = folded.size <= CREATE_BYTES ? 'create' : 'overwrite';
  try {
    await put(store, folded, own, mode, signal);
    return false;
  } catch (error) {
    if (!isStoreError(error, 'AlreadyExists')) throw error;
    return true;
  }
}

async function put(
  store: ObjectStore,
  { body }: FoldedFile,
  { key, time }: LogFile,
  mode: 'create' | 'overwrite',
  signal: AbortSignal,
): Promise<void> {
  await store.put(key, body, { mode, signal, ...(time !== undefined && { time }) });
}

/** What somebody stored under that name, or we ourselves without hearing the answer; null if it is damaged. */
async function standsThere(
  store: ObjectStore,
  files: Files,
  folded: FoldedFile,
  own: LogFile,
  signal: AbortSignal,
): Promise<LogFile | null> {
  const { size, time } = await store.head(own.key, { signal });
  const there = { ...own, size, time };
  const proof = await intact(files, there, signal);
  if (!proof) return null;
  if (!sameMeaning(proof, folded)) throw otherHistory(own.key);
  files.remember(own.key, proof);
  return there;
}

async function intact(files: Files, file: LogFile, signal: AbortSignal): Promise<FileProof | null> {
  try {
    return await files.readBack(file, signal);
  } catch (error) {
    if (isPersistenceError(error, 'REPLICA_CORRUPT')) return null;
    throw error;
  }
}

const otherHistory = (key: string): PersistenceError =>
  new PersistenceError('REPLICA_CORRUPT', `${key} holds another history than its entries.`, {
    key,
    hint: 'Nothing was deleted for its sake. Two histories were written to one place: look at who else writes to this replica.',
  });
