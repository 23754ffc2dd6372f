import { isPersistenceError, PersistenceError } from '../../errors';
import { type EntryKind, verifyLtx } from '../../ltx';
import type { ObjectStore } from '../../storage/object-store';
import { isStoreError } from '../../storage/store-error';
import { readEntryIdentity, type EntryIdentity } from './entry';
import type { Inventory, LogFile } from './inventory';
import type { RestorePlan } from './restore-plan';

/**
 * A plan may end in a file that is intact and was never part of this history: a late claim at a TXID that had been merged
 * by then, or an object of another replica. Whatever the store still has next to it says which: the entry behind it names
 * its parent, a merged file names its last entry. Where nothing stands next to it, nothing speaks against it; a plan for
 * the head, or one that goes on, is checked by applying its files.
 *
 * Rejects with `RESTORE_POINT_UNKNOWN` for a file that is spoken against, and as `readEntryIdentity` does for the file itself.
 */
export async function confirmPoint(
  store: ObjectStore,
  plan: RestorePlan,
  inventory: Inventory,
  signal?: AbortSignal,
): Promise<void> {
  const last = plan.files.at(-1);
  if (!last) return;
  const beside = witnesses(inventory, last);
  const chain = followers(inventory, last);
  if (beside.length === 0 && chain === null) return;

  const own = await readEntryIdentity(store, last.key, signal);
  const name = lastEntryOf(own);
  // Litestream's own file: nothing of its names a parent.
  if (name === null) return;
  if (chain && (await contradicts(store, chain, name, signal))) throw notOfThisHistory(last, plan);
  let spoken = false;
  for (const witness of beside) {
    const said = await testimony(store, witness, plan.txid, signal);
    if (said?.name === name) return;
    spoken ||= said !== null && !mayBeVoid(said, witness, last);
  }
  if (spoken) throw notOfThisHistory(last, plan);
}

const notOfThisHistory = (last: LogFile, plan: RestorePlan): PersistenceError =>
  new PersistenceError(
    'RESTORE_POINT_UNKNOWN',
    `${last.key} is not part of the history: nothing beside it names it.`,
    { key: last.key, hint: `Choose an earlier restore point: TXID ${before(plan)}.` },
  );

interface Followers {
  readonly next: LogFile;
  readonly after: LogFile | undefined;
}

/** The entries behind an entry. */
function followers({ files }: Inventory, last: LogFile): Followers | null {
  if (last.level > 0) return null;
  const entry = (txid: number): LogFile | undefined =>
    files.find((file) => file.level === 0 && file.minTxid === txid);
  const next = entry(last.maxTxid + 1);
  return next ? { next, after: entry(last.maxTxid + 2) } : null;
}

/**
 * Whether the entry behind names another parent than `name`. Of two intact neighbours that do not fit together, the one
 * that its other neighbour supports is right; where none is left to ask, neither is trusted.
 */
async function contradicts(
  store: ObjectStore,
  { next, after }: Followers,
  name: string,
  signal?: AbortSignal,
): Promise<boolean> {
  const named = await testimony(store, next, next.minTxid - 1, signal);
  if (named === null || named.name === name) return false;
  if (!after) return isIntact(store, next, signal);
  const own = await testimony(store, next, next.minTxid, signal);
  if (own === null) return false;
  return (await testimony(store, after, next.minTxid, signal))?.name === own.name;
}

async function isIntact(
  store: ObjectStore,
  { key }: LogFile,
  signal?: AbortSignal,
): Promise<boolean> {
  try {
    const { body } = await store.get(key, signal ? { signal } : {});
    await verifyLtx(body);
    return true;
  } catch (error) {
    if (isPersistenceError(error, 'LTX_INVALID') || isStoreError(error, 'NotFound')) return false;
    throw error;
  }
}

/** An entry is a late claim only where a merged file covers it; without one the chain behind it is proof enough. */
function witnesses({ files }: Inventory, last: LogFile): LogFile[] {
  const { maxTxid: txid } = last;
  const covered = files.some((file) => file.level > 0 && file !== last && covers(file, txid));
  if (last.level === 0 && !covered) return [];
  return files.filter(
    (file) =>
      file !== last &&
      (file.level === 0
        ? file.minTxid === txid + 1 || (last.level > 0 && file.maxTxid === txid)
        : file.maxTxid === txid),
  );
}

const covers = (file: LogFile, txid: number): boolean =>
  file.minTxid <= txid && file.maxTxid >= txid;

/** A claim at a TXID that had been merged by then is void: it speaks against itself, not against the merged file. */
const mayBeVoid = ({ kind }: Testimony, witness: LogFile, last: LogFile): boolean =>
  kind === 'claim' && last.level > 0 && witness.maxTxid === last.maxTxid;

interface Testimony {
  /** File checksum of the entry that the witness says has the TXID. */
  readonly name: string;
  readonly kind: EntryKind;
}

/** Null if the witness says nothing, or cannot be read. */
async function testimony(
  store: ObjectStore,
  witness: LogFile,
  txid: number,
  signal?: AbortSignal,
): Promise<Testimony | null> {
  try {
    const identity = await readEntryIdentity(store, witness.key, signal);
    const { entry } = identity.header;
    if (!entry) return null;
    const behind = witness.minTxid === txid + 1;
    return { name: behind ? entry.parent : lastEntryOf(identity)!, kind: entry.kind };
  } catch (error) {
    if (isPersistenceError(error, 'REPLICA_CORRUPT') || isStoreError(error, 'NotFound'))
      return null;
    throw error;
  }
}

/** File checksum of the last entry that a file holds. */
function lastEntryOf({ header: { entry }, checksum }: EntryIdentity): string | null {
  if (!entry) return null;
  return entry.kind === 'merged' ? entry.parent : checksum;
}

const before = (plan: RestorePlan): number | string => plan.files.at(-2)?.maxTxid ?? 'none is left';
