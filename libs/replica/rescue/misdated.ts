import type { ObjectStore } from '../../storage/object-store';
import type { LogFile } from '../log/inventory';
import type { FileTimes } from './file-times';
import { timeInside } from './time-inside';

/** Of a folder's times: other programs round them. */
const TOLERANCE_MS = 2;

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
