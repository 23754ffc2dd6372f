import { isPersistenceError, type PersistenceErrorData } from '../../errors';
import type { EntryKind } from '../../ltx';
import type { ObjectStore } from '../../storage/object-store';
import type { Clock } from '../clock';
import { readDescriptor, type ReplicaDescriptor } from '../log/descriptor';
import { readHead } from '../log/head';
import { readInventory, type Inventory, type LogFile } from '../log/inventory';
import { planRestore } from '../log/restore-plan';
import { storeFailure } from '../log/store-failure';
import { FileTimes } from './file-times';
import { retryMoved } from './retry-moved';

/** What a store holds of one database, read from outside: a listing and a few small reads. */
export interface ReplicaSurvey {
  /** `replica.json`; null where there is none (yet). */
  readonly descriptor: ReplicaDescriptor | null;
  /** The newest entry; null where the log is empty, or `problem` stands in the way. */
  readonly head: {
    readonly txid: number;
    /** ms since 1970. */
    readonly time: number;
    readonly kind: EntryKind;
    /** The instance that wrote it: the owner, or the last one. */
    readonly nodeId: string;
    /** That instance ended cleanly, and nobody has followed yet. */
    readonly released: boolean;
    /** Of the database, in bytes. */
    readonly bytes: number;
  } | null;
  readonly levels: readonly {
    readonly level: number;
    readonly files: number;
    readonly bytes: number;
  }[];
  readonly newestSnapshot: {
    readonly txid: number;
    readonly time: number;
    readonly bytes: number;
  } | null;
  /** What a start or a restore of the newest state would meet, as far as names and headers tell. */
  readonly problem: PersistenceErrorData | null;
}

/** Needs no ownership and changes nothing. Rejects only where the store cannot be read. */
export async function surveyReplica(options: {
  readonly store: ObjectStore;
  readonly clock: Clock;
}): Promise<ReplicaSurvey> {
  try {
    return await retryMoved(options.clock, () => survey(options.store, options.clock.now()));
  } catch (error) {
    throw storeFailure(error, 'Reading the replica');
  }
}

async function survey(store: ObjectStore, now: number): Promise<ReplicaSurvey> {
  const inventory = await readInventory(store);
  const problems: PersistenceErrorData[] = [];
  const orProblem = async <T>(read: () => Promise<T>): Promise<T | null> => {
    try {
      return await read();
    } catch (error) {
      if (!isPersistenceError(error)) throw error;
      const { cause: _, ...shown } = error.toJSON();
      problems.push(shown);
      return null;
    }
  };
  const descriptor = await orProblem(() => readDescriptor(store));
  const head = await orProblem(() => headOf(store, inventory, now));
  return {
    descriptor,
    head,
    levels: levelsOf(inventory),
    newestSnapshot: await newestSnapshot(store, inventory),
    problem: problems[0] ?? null,
  };
}

async function headOf(
  store: ObjectStore,
  inventory: Inventory,
  now: number,
): Promise<ReplicaSurvey['head']> {
  if (inventory.files.length === 0) return null;
  const plan = planRestore(inventory, { kind: 'latest' }, now);
  const { txid, timestamp, kind, nodeId, pageSize, commit } = await readHead(
    store,
    inventory,
    plan,
  );
  const bytes = pageSize * commit;
  return { txid, time: timestamp, kind, nodeId, released: kind === 'release', bytes };
}

function levelsOf({ files }: Inventory): ReplicaSurvey['levels'] {
  const levels = new Map<number, { level: number; files: number; bytes: number }>();
  for (const { level, size } of files) {
    const sum = levels.get(level) ?? { level, files: 0, bytes: 0 };
    levels.set(level, { level, files: sum.files + 1, bytes: sum.bytes + size });
  }
  return [...levels.values()];
}

async function newestSnapshot(
  store: ObjectStore,
  { files }: Inventory,
): Promise<ReplicaSurvey['newestSnapshot']> {
  const newest = files
    .filter(({ level, minTxid }) => minTxid === 1 && level > 0)
    .reduce<LogFile | null>(
      (best, file) => (best && best.maxTxid >= file.maxTxid ? best : file),
      null,
    );
  if (!newest) return null;
  const time = await new FileTimes(store, { inside: true }).of(newest);
  return { txid: newest.maxTxid, time, bytes: newest.size };
}
