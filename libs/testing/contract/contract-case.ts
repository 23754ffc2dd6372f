import { type ObjectStore, type StoredObject } from '../../storage';

/** How hard the suite tries. The defaults suit a store on this host; ask less of a remote one. */
export interface ContractOptions {
  /** Contenders of one race (default 50). */
  readonly racers?: number;
  /** Races per case (default 5). */
  readonly rounds?: number;
  /** Objects of the big listing (default 2,500: more than two pages of any service). */
  readonly listed?: number;
  /** Bytes of the streamed object (default 16 MiB). */
  readonly streamed?: number;
  /** Bytes of the objects that two creators upload at the same time (default 64 MiB). */
  readonly large?: number;
  /** Calls under way together while objects are prepared (default 32). */
  readonly parallel?: number;
  /** Time for one case, in ms (default 60,000): a store that hangs fails it. */
  readonly caseMs?: number;
  /**
   * Reads an object of at least 2 MiB through `get` so that its body breaks in the middle: by a fault set up before, or
   * made after. Where it is left out, that promise is not tested.
   */
  readonly cutBody?: (key: string, get: () => Promise<StoredObject>) => Promise<StoredObject>;
  /** A way to disturb the very next request, for a store that is not wrapped in retries. */
  readonly faults?: ContractFaults;
}

/**
 * - `unavailable`, `throttled`: the service answers 503, or 429, and does nothing.
 * - `lost-answer`: it does what it is asked, and the connection breaks before it says so.
 * - `cut-answer`: the connection breaks in the middle of the answer's body.
 * - `cut-upload`: the connection breaks in the middle of the request's body.
 * - `silence`: nothing is heard for ever.
 * - `delay`: it takes a moment longer.
 */
export type ContractFault =
  'unavailable' | 'throttled' | 'lost-answer' | 'cut-answer' | 'cut-upload' | 'silence' | 'delay';

export interface ContractFaults {
  /** Those that can be done; what needs another is not tested. */
  readonly kinds: readonly ContractFault[];
  /** The next request meets it, the ones after it do not. */
  inject(fault: ContractFault): void;
}

type Harm = 'cutBody' | 'faults';

/** One store, and a folder in it that no other case uses. */
export interface ContractContext {
  readonly store: ObjectStore;
  /** Names a key of this case. */
  readonly key: (name: string) => string;
  readonly options: Required<Omit<ContractOptions, Harm>> & Pick<ContractOptions, Harm>;
}

/** One promise of the port. `run` rejects where a store does not keep it. */
export interface ContractCase {
  readonly name: string;
  /** Whether the store claims to keep it; always, where left out. */
  readonly applies?: (context: ContractContext) => boolean;
  /** A way to do harm that the options must offer for this case. */
  readonly needs?: 'cutBody' | ContractFault;
  readonly run: (context: ContractContext) => Promise<void>;
}
