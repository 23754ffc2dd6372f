import { PersistenceError } from '../../errors';
import type { ListedObject, ListOptions, ObjectStore } from '../../storage/object-store';
import { isStoreError } from '../../storage/store-error';
import { levelPrefix, MAX_LEVEL, parseLogKey } from './log-keys';

/** One file of the log, as a listing shows it. */
export interface LogFile {
  readonly level: number;
  readonly minTxid: number;
  readonly maxTxid: number;
  /** Bytes. */
  readonly size: number;
  /** The moment of its last transaction, ms since 1970; undefined where the listing does not tell. */
  readonly time?: number;
  /** When it was written, by the store's own clock, ms since 1970; undefined where the listing does not tell. */
  readonly written?: number;
  readonly key: string;
}

export interface Inventory {
  /** By level, then by first and last TXID. */
  readonly files: readonly LogFile[];
}

export interface InventoryOptions {
  readonly signal?: AbortSignal;
  /** Ask for each time that the listing does not tell: one request per file. Restoring to a time needs them. */
  readonly times?: boolean;
}

/** Far beyond what any retention leaves; a listing that goes on and on must not eat the memory. */
const MAX_FILES = 1_000_000;
const HEADS_AT_ONCE = 8;

/**
 * Lists the log, one level after the other from L0 upwards: a file that a merge replaces meanwhile is then seen at its old
 * place, at its new one, or at both, never at none. Names that are not those of log files are passed over.
 */
export async function readInventory(
  store: ObjectStore,
  options: InventoryOptions = {},
): Promise<Inventory> {
  const files: LogFile[] = [];
  for (let level = 0; level <= MAX_LEVEL; level++) {
    for (const file of await readLevel(store, level, callOptions(options))) files.push(file);
    if (files.length > MAX_FILES) throw tooMany();
  }
  return { files: options.times ? await withTimes(store, files, options) : files };
}

/** The files of one level, by first and last TXID. */
export async function readLevel(
  store: ObjectStore,
  level: number,
  options: ListOptions,
): Promise<LogFile[]> {
  const found: LogFile[] = [];
  for await (const object of store.list(levelPrefix(level), options)) {
    const file = toLogFile(level, object);
    if (file) found.push(file);
    if (found.length > MAX_FILES) throw tooMany();
  }
  return found.sort(byTxid);
}

function toLogFile(level: number, object: ListedObject): LogFile | null {
  const { key, size, time, written } = object;
  const txids = parseLogKey(level, key);
  if (!txids) return null;
  const times = { ...(time !== undefined && { time }), ...(written !== undefined && { written }) };
  return { level, ...txids, size, key, ...times };
}

const byTxid = (a: LogFile, b: LogFile): number => a.minTxid - b.minTxid || a.maxTxid - b.maxTxid;

const callOptions = ({ signal }: InventoryOptions) => (signal ? { signal } : {});

/** Fills in missing times, a few requests at a time. A file that is gone by now is left out, as if listed later. */
async function withTimes(
  store: ObjectStore,
  files: readonly LogFile[],
  options: InventoryOptions,
): Promise<LogFile[]> {
  const dated: (LogFile | null)[] = [...files];
  let next = 0;
  const ask = async (): Promise<void> => {
    for (let at = next++; at < files.length; at = next++) {
      const file = files[at]!;
      if (file.time === undefined) dated[at] = await withTime(store, file, options);
    }
  };
  await Promise.all(Array.from({ length: HEADS_AT_ONCE }, ask));
  return dated.filter((file) => file !== null);
}

async function withTime(
  store: ObjectStore,
  file: LogFile,
  options: InventoryOptions,
): Promise<LogFile | null> {
  try {
    const { time } = await store.head(file.key, callOptions(options));
    return { ...file, time };
  } catch (error) {
    if (isStoreError(error, 'NotFound')) return null;
    throw error;
  }
}

const tooMany = (): PersistenceError =>
  new PersistenceError('REPLICA_CORRUPT', `The replica lists more than ${MAX_FILES} files.`, {
    hint: 'Look at the store: something else writes below ltx/, or old files are never removed.',
  });
