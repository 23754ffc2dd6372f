import { isPersistenceError } from '../../errors';
import { verifyLtx } from '../../ltx';
import type { ObjectStore } from '../../storage/object-store';
import { readEntryIdentity } from '../log/entry';
import type { LogFile } from '../log/inventory';
import type { FileTimes } from './file-times';

/** So short a file is read whole, and its time believed only if its checksum is right. */
const WHOLE_BYTES_MAX = 64 * 1024;

/** Of a folder's times: other programs round them. */
const TOLERANCE_MS = 2;

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

/** Whether any of the files has another time than the store says. */
export async function areMisdated(
  store: ObjectStore,
  times: FileTimes,
  files: Iterable<LogFile>,
): Promise<boolean> {
  const misdated = await Promise.all(
    [...new Set(files)].map(async (file) => {
      const [told, inside] = await Promise.all([times.of(file), timeInside(store, file)]);
      return inside !== null && Math.abs(told - inside) > TOLERANCE_MS;
    }),
  );
  return misdated.includes(true);
}

/** The file that ends last, of several the least merged: the first that a misdated copy gives away. */
export function newestOf(files: readonly LogFile[]): LogFile | undefined {
  return files.reduce<LogFile | undefined>((best, file) => {
    if (best === undefined || file.maxTxid > best.maxTxid) return file;
    return file.maxTxid === best.maxTxid && file.level < best.level ? file : best;
  }, undefined);
}
