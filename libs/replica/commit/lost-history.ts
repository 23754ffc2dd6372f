import { PersistenceError } from '../../errors';
import { ZERO_CHECKSUM } from '../../ltx';
import type { ObjectStore } from '../../storage/object-store';
import { isStoreError } from '../../storage/store-error';
import { createDescriptor, readDescriptor } from '../log/descriptor';
import { readEntryIdentity, type EntryIdentity } from '../log/entry';
import type { Head } from '../log/head';
import { readInventory, type LogFile } from '../log/inventory';
import { DESCRIPTOR_KEY, logKey } from '../log/log-keys';
import { newestGoodTxid } from '../log/restore-plan';
import type { ReplicaOptions } from '../replica-types';

/** The history as this life knows it. */
export interface OwnHistory {
  readonly head: Head;
  readonly lineage: string;
  readonly nodeId: string;
}

/**
 * - `intact`: all that leads to the head is there.
 * - `emptied`: nothing is left but, perhaps, entries that this life stored before it noticed: from none of them a restore
 *   could begin.
 * - `foreign`: another instance has begun a history of its own, or stands in the head's place.
 */
export type Judgement =
  | { readonly kind: 'intact' }
  | { readonly kind: 'emptied'; readonly strays: readonly string[] }
  | { readonly kind: 'foreign'; readonly by: string; readonly txid: number };

/** More entries than can be stored between two looks. */
const MAX_STRAYS = 100_000;
const READS_AT_ONCE = 8;

/**
 * What became of our history, after something made it doubtful: everything is listed. Rejects with `REPLICA_MISSING` where
 * a part is gone: nothing may be stored behind a gap, and nothing that is left may be thrown away.
 */
export async function judgeHistory(
  options: Pick<ReplicaOptions, 'store' | 'identity'>,
  own: OwnHistory,
  signal: AbortSignal,
): Promise<Judgement> {
  const { store } = options;
  const { head, lineage } = own;
  const descriptor = await readDescriptor(store);
  if (descriptor && descriptor.lineage !== lineage) {
    return { kind: 'foreign', by: `of the history ${descriptor.lineage}`, txid: head.txid };
  }
  const { files } = await readInventory(store, { signal });
  const newest = await entryAt(store, head.txid, signal);
  if (newest && newest.checksum !== head.checksum) {
    return { kind: 'foreign', by: newest.header.nodeId, txid: head.txid };
  }
  if (newest && newestGoodTxid({ files }) >= head.txid) {
    if (!descriptor) await describeHistory(options, lineage);
    return { kind: 'intact' };
  }
  if (!descriptor && (await areStrays(store, files, own, signal))) {
    return { kind: 'emptied', strays: files.map(({ key }) => key) };
  }
  throw partlyGone(newest ? DESCRIPTOR_KEY : logKey(0, head.txid, head.txid), head);
}

/** Cheaper, before an entry is tried again: whether the newest entry of ours is still what stands there. */
export async function isHeadThere(
  store: ObjectStore,
  head: Head,
  signal: AbortSignal,
): Promise<boolean> {
  return (await entryAt(store, head.txid, signal))?.checksum === head.checksum;
}

async function entryAt(
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

async function areStrays(
  store: ObjectStore,
  files: readonly LogFile[],
  { nodeId }: OwnHistory,
  signal: AbortSignal,
): Promise<boolean> {
  if (files.length > MAX_STRAYS || newestGoodTxid({ files }) > 0) return false;
  if (files.some(({ level }) => level > 0)) return false;
  for (let at = 0; at < files.length; at += READS_AT_ONCE) {
    const some = files.slice(at, at + READS_AT_ONCE);
    const entries = await Promise.all(some.map(({ maxTxid }) => entryAt(store, maxTxid, signal)));
    if (entries.some((entry) => entry?.header.nodeId !== nodeId)) return false;
  }
  return true;
}

const partlyGone = (key: string, head: Head): PersistenceError =>
  new PersistenceError(
    'REPLICA_MISSING',
    `A part of the history up to TXID ${head.txid} is gone, while other objects of the replica are there.`,
    {
      key,
      hint: 'Bring it back (versions, soft delete), or move what is left of the replica away: then a new history begins with the local database. Until then nothing is confirmed.',
    },
  );

/** What to say when a new history begins. */
export const beginsAnew = (head: Head): PersistenceError =>
  new PersistenceError(
    'REPLICA_MISSING',
    `The replica was deleted under the running app (it ended at TXID ${head.txid}).`,
    {
      hint: 'A new history begins with the local database, which holds everything. Restore points from before are gone unless the store can bring them back (versions, soft delete).',
    },
  );

/** Where a history stands before its first entry. */
export const originOf = (head: Head): Head => ({
  ...head,
  txid: 0,
  checksum: ZERO_CHECKSUM,
  kind: 'data',
  position: null,
});

export const isOrigin = ({ txid }: Head): boolean => txid === 0;

/** Random by this life's number, and no other history of this life ended in that entry. */
export const lineageBehind = (head: Head, nodeId: string): string => nodeId + head.checksum;

/** Says whose history it is. */
export async function describeHistory(
  { store, identity }: Pick<ReplicaOptions, 'store' | 'identity'>,
  lineage: string,
): Promise<void> {
  await createDescriptor(store, { format: 1, lineage, engine: 'sqlite', ...identity });
}
