import { assertKey, assertPrefix, compareKeys } from '../keys';
import {
  type CallOptions,
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
} from '../object-store';
import { StoreError } from '../store-error';

/** Our name of a level's folder, and its name in a bucket. */
const LEVELS = Array.from({ length: 10 }, (_, level) => ({
  own: `ltx/${level}/`,
  stored: `${level.toString(16).padStart(4, '0')}/`,
}));

/** Behind every key of a folder. */
const LAST = '\u{10FFFF}';

/**
 * Keeps the log where Litestream 0.5 has it in an S3 bucket (`s3/replica_client.go`): `<level as 4 hex digits>/<file>` for
 * our `ltx/<level>/<file>`, so that `litestream restore s3://...` finds it. All other keys are stored as they are.
 *
 * One stored key has one name here: a key `0000/...` is refused, because the log's files are there, and what a bucket holds
 * below `ltx/<level>/` is not seen. Errors keep the stored key: it is what a person finds in the bucket.
 */
export function bucketLayout(store: ObjectStore): ObjectStore {
  return new BucketLayoutStore(store);
}

/** The key in the bucket. Throws `Rejected` for one that would meet a file of the log there. */
export function toBucketKey(key: string): string {
  assertKey(key);
  const level = LEVELS.find(({ own }) => key.startsWith(own));
  if (level !== undefined) return level.stored + key.slice(level.own.length);
  if (LEVELS.some(({ stored }) => key.startsWith(stored))) {
    throw new StoreError('Rejected', key, 'a key below a folder that the log has in a bucket');
  }
  return key;
}

/** Our name of a key in the bucket; undefined for one that no key of ours leads to. */
export function fromBucketKey(key: string): string | undefined {
  const level = LEVELS.find(({ stored }) => key.startsWith(stored));
  if (level !== undefined) return level.own + key.slice(level.stored.length);
  return LEVELS.some(({ own }) => key.startsWith(own)) ? undefined : key;
}

class BucketLayoutStore implements ObjectStore {
  readonly capabilities: StoreCapabilities;

  constructor(readonly store: ObjectStore) {
    this.capabilities = store.capabilities;
  }

  async get(key: string, options?: GetOptions): Promise<StoredObject> {
    return { ...(await this.store.get(toBucketKey(key), options)), key };
  }

  async put(key: string, body: PutBody, options: PutOptions): Promise<PutResult> {
    return this.store.put(toBucketKey(key), body, options);
  }

  async head(key: string, options?: CallOptions): Promise<ObjectInfo> {
    return { ...(await this.store.head(toBucketKey(key), options)), key };
  }

  async deleteMany(keys: readonly string[], options?: CallOptions): Promise<void> {
    return this.store.deleteMany(keys.map(toBucketKey), options);
  }

  /** What lies elsewhere under another name is fitted in where its own name belongs. */
  async *list(prefix: string, options: ListOptions = {}): AsyncGenerator<ListedObject> {
    assertPrefix(prefix);
    const levels = LEVELS.filter(({ own }) => own.startsWith(prefix) || prefix.startsWith(own));
    if (levels.some(({ own }) => prefix.startsWith(own))) {
      return yield* this.#level(levels[0]!, prefix, options);
    }
    for await (const object of this.#others(prefix, options)) {
      while (levels.length > 0 && compareKeys(levels[0]!.own, object.key) < 0) {
        const level = levels.shift()!;
        yield* this.#level(level, level.own, options);
      }
      yield object;
    }
    for (const level of levels) yield* this.#level(level, level.own, options);
  }

  /** `prefix` begins with the level's own folder. */
  async *#level(
    { own, stored }: (typeof LEVELS)[number],
    prefix: string,
    { startAfter, ...options }: ListOptions,
  ): AsyncGenerator<ListedObject> {
    let behind = {};
    if (startAfter?.startsWith(own)) behind = { startAfter: stored + startAfter.slice(own.length) };
    else if (startAfter !== undefined && compareKeys(startAfter, own) > 0) return;
    const inner = stored + prefix.slice(own.length);
    for await (const object of this.store.list(inner, { ...options, ...behind })) {
      yield { ...object, key: own + object.key.slice(stored.length) };
    }
  }

  /** Without the log, which a store that can begin in the middle leaps over, level by level. */
  async *#others(prefix: string, options: ListOptions): AsyncGenerator<ListedObject> {
    const leaps = this.capabilities.listAfter && this.capabilities.orderedList;
    let from = options;
    for (let leapt = 0; leapt <= 2 * LEVELS.length; leapt++) {
      let folder: string | undefined;
      for await (const object of this.store.list(prefix, from)) {
        const inLog = folderOfLog(object.key);
        if (inLog === undefined) yield object;
        else if (leaps && from.startAfter !== inLog + LAST) {
          folder = inLog;
          break;
        }
      }
      if (folder === undefined) return;
      from = { ...options, startAfter: folder + LAST };
    }
  }
}

/** The folder of a level, under either name, that a stored key is in. */
function folderOfLog(key: string): string | undefined {
  for (const { own, stored } of LEVELS) {
    if (key.startsWith(stored)) return stored;
    if (key.startsWith(own)) return own;
  }
  return undefined;
}
