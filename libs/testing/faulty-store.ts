import {
  abortable,
  type CallOptions,
  type Clock,
  type GetOptions,
  type ListedObject,
  type ListOptions,
  type ObjectInfo,
  type ObjectStore,
  type PutBody,
  type PutOptions,
  type PutResult,
  type StoreCapabilities,
  type StoredObject,
  StoreError,
  type StoreErrorKind,
  systemClock,
} from '../storage';

export type StoreOperation = 'get' | 'put' | 'head' | 'list' | 'deleteMany';

export interface StoreCall {
  readonly operation: StoreOperation;
  /** Of a list its prefix, of a delete its first key. */
  readonly key: string;
}

/**
 * - `fail`: an error instead of the call, which never reaches the store (`Unavailable` unless named; `Throttled`, ...).
 * - `lose-answer`: the call is done, then fails. `silent`: then nothing is heard.
 * - `silence`: nothing reaches the store and nothing is heard until the call is aborted.
 * - `delay`: the call waits first.
 * - `cut-body`: the body of a `get`, or a `list`, breaks after so many bytes, or objects. `silent`: hangs there.
 */
export type Fault =
  | { readonly kind: 'fail'; readonly error?: StoreErrorKind }
  | { readonly kind: 'lose-answer'; readonly error?: StoreErrorKind; readonly silent?: boolean }
  | { readonly kind: 'silence' }
  | { readonly kind: 'delay'; readonly ms: number }
  | { readonly kind: 'cut-body'; readonly after: number; readonly silent?: boolean };

export interface FaultRule {
  readonly fault: Fault;
  /** Calls it is meant for; all, where left out. */
  readonly when?: (call: StoreCall) => boolean;
  /** Of those, how many go well before (default 0). */
  readonly skip?: number;
  /** How many after these meet the fault (default 1). */
  readonly times?: number;
}

export interface FaultyStoreOptions {
  /** Time that every call takes before it reaches the store. */
  readonly latencyMs?: number;
  readonly clock?: Clock;
}

/** An object store on a bad day, by script: the first rule that fits a call is applied to it. */
export class FaultyObjectStore implements ObjectStore {
  readonly capabilities: StoreCapabilities;
  /** Every call since the start, the failed ones too. */
  readonly calls: StoreCall[] = [];
  readonly #rules: { readonly rule: FaultRule; met: number }[] = [];
  readonly #latencyMs: number;
  readonly #clock: Clock;

  constructor(
    readonly store: ObjectStore,
    options: FaultyStoreOptions = {},
  ) {
    this.capabilities = store.capabilities;
    this.#latencyMs = options.latencyMs ?? 0;
    this.#clock = options.clock ?? systemClock;
  }

  /** Adds a rule behind those that stand. */
  inject(rule: FaultRule): this {
    this.#rules.push({ rule, met: 0 });
    return this;
  }

  /** From here on all goes well. */
  heal(): void {
    this.#rules.length = 0;
  }

  get(key: string, options: GetOptions = {}): Promise<StoredObject> {
    return this.#call({ operation: 'get', key }, options.signal, async (cut) => {
      const object = await this.store.get(key, options);
      if (cut === undefined) return object;
      return { ...object, body: cutBytes(key, object.body, cut, options.signal) };
    });
  }

  put(key: string, body: PutBody, options: PutOptions): Promise<PutResult> {
    return this.#call({ operation: 'put', key }, options.signal, () =>
      this.store.put(key, body, options),
    );
  }

  head(key: string, options: CallOptions = {}): Promise<ObjectInfo> {
    return this.#call({ operation: 'head', key }, options.signal, () =>
      this.store.head(key, options),
    );
  }

  async *list(prefix: string, options: ListOptions = {}): AsyncGenerator<ListedObject> {
    let cut: CutFault | undefined;
    const call: StoreCall = { operation: 'list', key: prefix };
    const objects = await this.#call(call, options.signal, async (fault) => {
      cut = fault;
      return this.store.list(prefix, options);
    });
    let left = cut?.after ?? Infinity;
    for await (const object of objects) {
      if (left-- <= 0) break;
      yield object;
    }
    if (cut !== undefined) await broken(prefix, cut, options.signal);
  }

  deleteMany(keys: readonly string[], options: CallOptions = {}): Promise<void> {
    return this.#call({ operation: 'deleteMany', key: keys[0] ?? '' }, options.signal, () =>
      this.store.deleteMany(keys, options),
    );
  }

  async #call<T>(
    call: StoreCall,
    signal: AbortSignal | undefined,
    work: (cut?: CutFault) => Promise<T>,
  ): Promise<T> {
    this.calls.push(call);
    const fault = this.#faultFor(call);
    const waitMs = this.#latencyMs + (fault?.kind === 'delay' ? fault.ms : 0);
    if (waitMs > 0) await this.#clock.sleep(waitMs, signal);
    switch (fault?.kind) {
      case 'fail':
        throw failure(call.key, fault.error);
      case 'silence':
        return silence(signal);
      case 'lose-answer':
        await work();
        if (fault.silent) return silence(signal);
        throw failure(call.key, fault.error);
      case 'cut-body':
        return work(fault);
      default:
        return work();
    }
  }

  #faultFor(call: StoreCall): Fault | undefined {
    for (const entry of this.#rules) {
      const { when, skip = 0, times = 1, fault } = entry.rule;
      if (entry.met >= skip + times || when?.(call) === false) continue;
      entry.met++;
      if (entry.met > skip) return fault;
    }
    return undefined;
  }
}

type CutFault = Extract<Fault, { kind: 'cut-body' }>;

function failure(key: string, kind: StoreErrorKind = 'Unavailable'): StoreError {
  return new StoreError(kind, key, 'an injected fault');
}

function silence(signal: AbortSignal | undefined): Promise<never> {
  return abortable(new Promise<never>(() => undefined), signal);
}

function broken(key: string, cut: CutFault, signal: AbortSignal | undefined): Promise<never> {
  return cut.silent ? silence(signal) : Promise.reject(failure(key));
}

async function* cutBytes(
  key: string,
  body: AsyncIterable<Uint8Array>,
  cut: CutFault,
  signal: AbortSignal | undefined,
): AsyncGenerator<Uint8Array> {
  let left = cut.after;
  for await (const chunk of body) {
    if (left > 0) yield chunk.subarray(0, left);
    left -= chunk.byteLength;
    if (left < 0) break;
  }
  await broken(key, cut, signal);
}
