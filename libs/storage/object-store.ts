/**
 * The port to where replicas live: bytes under keys, nothing else. A provider knows its service and no domain; whoever
 * implements this interface passes the contract suite of `nestjs-persistence/testing`.
 *
 * **Keys** are `/`-separated, relative, bytewise ordered; each segment has 1 to 255 bytes of UTF-8, no `\`, no NUL, and
 * is neither `.` nor `..`. No key may be a folder of another (`a` and `a/b` exclude each other on file-backed stores).
 *
 * **Errors** are `StoreError`s with a kind and the key. An aborted call rejects with the signal's reason: an abort is not
 * a failure of the store.
 */
export interface ObjectStore {
  /** What this store can promise. Constant for the life of the instance. */
  readonly capabilities: StoreCapabilities;

  /**
   * Reads an object, or the part of it that `range` names (clipped at the object's end; a range that begins at or behind
   * the end gives no bytes). Bytes, tag and size come from one version of the object. A body that ends before its length
   * rejects with `Unavailable`, never silently. Absent: `NotFound`.
   */
  get(key: string, options?: GetOptions): Promise<StoredObject>;

  /**
   * Writes an object whole or not at all: a reader sees the version before or the version after. When it resolves, the
   * object survives a power loss of the store as far as the service promises.
   *
   * - `create`: only if the key is absent, else `AlreadyExists`; of any number of racers exactly one wins.
   * - `{ ifMatch }`: only if the object still has that tag, else `PreconditionFailed` (absent too).
   * - `overwrite`: in any case.
   *
   * A rejection with `Unavailable` or `Timeout` may hide a success: read the object to learn which.
   */
  put(key: string, body: PutBody, options: PutOptions): Promise<PutResult>;

  /** Size, tag, time and metadata without the bytes. Absent: `NotFound`. */
  head(key: string, options?: CallOptions): Promise<ObjectInfo>;

  /**
   * Every object whose key begins with `prefix`, lazily, in pages. In bytewise order of the keys where
   * `capabilities.orderedList`; behind `startAfter` (exclusive) where it is given. An object that is there from before
   * the call until its end is listed exactly once.
   */
  list(prefix: string, options?: ListOptions): AsyncIterable<ListedObject>;

  /** Deletes objects; keys that are absent count as deleted. When it resolves, no `get` or `list` shows them. */
  deleteMany(keys: readonly string[], options?: CallOptions): Promise<void>;
}

export interface StoreCapabilities {
  /** `create` is atomic against concurrent creators. */
  readonly conditionalCreate: boolean;
  /** `ifMatch` is atomic against concurrent writers. */
  readonly compareAndSwap: boolean;
  /** `list` yields keys in bytewise order. */
  readonly orderedList: boolean;
  /** `startAfter` is done by the service and costs no listing of what comes before. */
  readonly listAfter: boolean;
}

export interface CallOptions {
  /** Ends the call early; it then rejects with the signal's reason. */
  readonly signal?: AbortSignal;
}

export interface GetOptions extends CallOptions {
  readonly range?: ByteRange;
}

export interface ByteRange {
  /** First byte, from 0. */
  readonly offset: number;
  /** Number of bytes; to the end when left out. */
  readonly length?: number;
}

export interface ListOptions extends CallOptions {
  readonly startAfter?: string;
}

/**
 * The bytes of a `put`: in memory, or opened anew for each attempt with a length known beforehand (a stream whose length
 * differs is refused and nothing is stored).
 */
export type PutBody = Uint8Array | { readonly size: number; open(): AsyncIterable<Uint8Array> };

export type PutMode = 'overwrite' | 'create' | { readonly ifMatch: string };

export interface PutOptions extends CallOptions {
  readonly mode: PutMode;
  /**
   * Small strings kept with the object. Names: lower-case letters, digits and `-`; values: printable ASCII, no leading or
   * trailing space; 2 KiB in all.
   */
  readonly metadata?: Readonly<Record<string, string>>;
  /** The moment the object speaks of (ms since 1970), given back as `time`. Left out: the moment of the write. */
  readonly time?: number;
}

export interface PutResult {
  /** Tag of the version just written. */
  readonly tag: string;
}

export interface ListedObject {
  readonly key: string;
  /** Bytes. */
  readonly size: number;
  /** The moment the object speaks of (ms since 1970), where a listing tells it; `head` always does. */
  readonly time?: number;
  /** When this version was written, by the service's own clock (ms since 1970), where the service tells. */
  readonly written?: number;
}

export interface ObjectInfo extends ListedObject {
  readonly time: number;
  /** Names this version of the object; differs after every change of its bytes. */
  readonly tag: string;
  readonly metadata: Readonly<Record<string, string>>;
}

export interface StoredObject extends ObjectInfo {
  /** The bytes asked for, to be read once. `size` is that of the whole object. */
  readonly body: AsyncIterable<Uint8Array>;
}
