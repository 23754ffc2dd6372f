import path from 'node:path';
import { PersistenceError } from '../../errors';
import {
  bucketLayout,
  compatibleOf,
  counted,
  DirectoryStore,
  prefixed,
  RequestCounter,
  STORE_PRICES,
  type StorePrices,
  withDeadline,
  withLimit,
  withRetry,
} from '../../storage';
import type { ObjectStore } from '../../storage/object-store';
import type { Ownership } from '../module/persistence-options';
import { codedStore } from '../storage/coded-store';
import type { StoragePlan } from '../storage/storage-plan';
import { lazyStore } from './lazy-store';
import { kindOf } from './open-store';
import { systemClock } from './system-clock';

const DEADLINE = { callMs: 10_000, stallMs: 10_000 } as const;
const RETRY = { attempts: 4, baseMs: 100, maxMs: 2_000 } as const;
const CHANCE = { sleep: systemClock.sleep.bind(systemClock), random: () => Math.random() };

/** An object of a store. */
export interface PlainFile {
  readonly store: ObjectStore;
  readonly key: string;
}

/** A store as a database uses it: every call bounded, repeated where that may help, limited in number, and counted. */
export interface StoreAccess {
  /** Rooted at the replica's folder, in the layout that Litestream has for this kind of store. */
  readonly replica: ObjectStore;
  /** Where the plain database file lies, beside the folder of the replica: the user's own first, then our backups. */
  readonly plain: PlainFile;
  /** Requests of this process life to the store, by both. */
  readonly counter: RequestCounter;
  /** What they cost; null where nothing is charged, or nobody knows. */
  readonly prices: StorePrices | null;
  /** Whether the store has to prove its conditional writes: those of folders and of memory are our own. */
  readonly provesConditions: boolean;
}

/** `store` is the one that `openStore` gave for the plan. */
export function accessStore(
  store: ObjectStore,
  plan: Exclude<StoragePlan, { kind: 'none' }>,
  ownership: Ownership,
): StoreAccess {
  if (ownership === 'exclusive' && !store.capabilities.conditionalCreate) throw notConditional();
  const counter = new RequestCounter(() => systemClock.now());
  const chain = (raw: ObjectStore) => bounded(counted(raw, counter));
  const shared = { counter, prices: pricesOf(plan), provesConditions: isForeign(plan) };
  if (plan.kind === 'network-path') {
    const { dir, base } = path.parse(plan.file);
    // Opened when it is needed: a directory store makes a folder for its temporary files.
    const folder = lazyStore(store.capabilities, () => DirectoryStore.open({ root: dir }));
    return { ...shared, replica: chain(store), plain: { store: chain(folder), key: base } };
  }
  const all = chain(plan.kind === 'own' ? codedStore(store) : store);
  const folder = prefixed(all, `${plan.object}.replica`);
  const isS3 = plan.kind === 'choice' && plan.choice.kind === 's3';
  return {
    ...shared,
    replica: isS3 ? bucketLayout(folder) : folder,
    plain: { store: all, key: plan.object },
  };
}

/**
 * The plain database file that an empty replica begins with, of a user who uploaded whole files so far. Undefined where it
 * can be seen at no cost that there is none.
 */
export async function firstFile(
  { plain }: StoreAccess,
  plan: StoragePlan,
): Promise<PlainFile | undefined> {
  if (plan.kind === 'network-path' && (await kindOf(plan.file)) === 'absent') return undefined;
  return plain;
}

function bounded(store: ObjectStore): ObjectStore {
  return withRetry(withDeadline(withLimit(store), DEADLINE), RETRY, CHANCE);
}

function isForeign(plan: StoragePlan): boolean {
  if (plan.kind === 'own') return true;
  return plan.kind === 'choice' && (plan.choice.kind === 's3' || plan.choice.kind === 'azure-blob');
}

function pricesOf(plan: StoragePlan): StorePrices | null {
  if (plan.kind !== 'choice') return null;
  if (plan.choice.kind === 'azure-blob') return STORE_PRICES.azure;
  if (plan.choice.kind !== 's3') return null;
  const { prices } = compatibleOf(plan.choice.settings.endpoint);
  return prices === undefined ? null : STORE_PRICES[prices];
}

function notConditional(): PersistenceError {
  return new PersistenceError(
    'STORE_NOT_CONDITIONAL',
    'This store cannot create an object only if it is absent, so two instances could overwrite each other.',
    {
      hint: "Use a folder on a file system with hard links (not SMB), or another store. If you make sure yourself that never more than one instance writes, set ownership: 'trusted' (PERSISTENCE_OWNERSHIP).",
    },
  );
}
