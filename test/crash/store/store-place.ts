import type { ObjectStore } from '../../../libs/storage';

/** Where the replica of a crash run lies: outlives every life of the demo. */
export interface StorePlace {
  /** The environment variables that lead the demo there. */
  readonly variables: Readonly<Record<string, string>>;
  /** The replica, seen from outside of the demo and rooted at its folder. It is only read. */
  replica(): Promise<ObjectStore>;
  /** Ends what serves it. What it holds stays where the run leaves its evidence, if it is in files. */
  close(): Promise<void>;
}

export const STORE_KINDS = ['directory', 's3', 'azure'] as const;
export type StoreKind = (typeof STORE_KINDS)[number];
