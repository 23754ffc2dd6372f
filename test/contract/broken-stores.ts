import { setImmediate as turn } from 'node:timers/promises';
import {
  type CallOptions,
  type GetOptions,
  isStoreError,
  type ListedObject,
  type ListOptions,
  MemoryStore,
  type ObjectInfo,
  type ObjectStore,
  type PutBody,
  type PutOptions,
  type PutResult,
  readBody,
  StoreError,
  type StoredObject,
} from '../../libs/storage';
import { type ContractFaults, FaultyObjectStore } from '../../libs/testing';
import { injectedFaults } from './injected-faults';

export interface BrokenStore {
  readonly name: string;
  readonly makeStore: () => ObjectStore;
  /** Of the store just made, where it is broken only on a bad day. */
  readonly faults?: (store: ObjectStore) => ContractFaults;
  /** The case that must fail on it; others may as well. */
  readonly caughtBy: RegExp;
}

/** A sound store, for subclasses to break one promise of. */
class Sound implements ObjectStore {
  readonly inner: ObjectStore = new MemoryStore();

  get capabilities() {
    return this.inner.capabilities;
  }

  get(key: string, options?: GetOptions): Promise<StoredObject> {
    return this.inner.get(key, options);
  }
  put(key: string, body: PutBody, options: PutOptions): Promise<PutResult> {
    return this.inner.put(key, body, options);
  }
  head(key: string, options?: CallOptions): Promise<ObjectInfo> {
    return this.inner.head(key, options);
  }
  list(prefix: string, options?: ListOptions): AsyncIterable<ListedObject> {
    return this.inner.list(prefix, options);
  }
  deleteMany(keys: readonly string[], options?: CallOptions): Promise<void> {
    return this.inner.deleteMany(keys, options);
  }

  protected async current(key: string): Promise<ObjectInfo | undefined> {
    try {
      return await this.inner.head(key);
    } catch (error) {
      if (isStoreError(error, 'NotFound')) return undefined;
      throw error;
    }
  }
}

/** Looks first and writes later: a sequential double create is refused, racers are not. */
class AllRacersWin extends Sound {
  override async put(key: string, body: PutBody, options: PutOptions) {
    if (options.mode !== 'create') return super.put(key, body, options);
    if ((await this.current(key)) !== undefined) {
      throw new StoreError('AlreadyExists', key, 'the object exists');
    }
    await turn();
    return super.put(key, body, { ...options, mode: 'overwrite' });
  }
}

/** The same for compare-and-swap. */
class AllSwapsWin extends Sound {
  override async put(key: string, body: PutBody, options: PutOptions) {
    if (typeof options.mode !== 'object') return super.put(key, body, options);
    if ((await this.current(key))?.tag !== options.mode.ifMatch) {
      throw new StoreError('PreconditionFailed', key, 'another tag');
    }
    await turn();
    return super.put(key, body, { ...options, mode: 'overwrite' });
  }
}

class TornPut extends Sound {
  override async put(key: string, body: PutBody, options: PutOptions) {
    if (options.mode === 'overwrite' && body instanceof Uint8Array && body.byteLength > 1) {
      await super.put(key, body.subarray(0, body.byteLength >> 1), options);
      await turn();
    }
    return super.put(key, body, options);
  }
}

class StaleTagAccepted extends Sound {
  override async put(key: string, body: PutBody, options: PutOptions) {
    if (typeof options.mode !== 'object' || (await this.current(key)) === undefined) {
      return super.put(key, body, options);
    }
    return super.put(key, body, { ...options, mode: 'overwrite' });
  }
}

/** Tag and bytes from two answers. */
class TagOfAnotherVersion extends Sound {
  override async get(key: string, options?: GetOptions) {
    const { tag } = await super.get(key, options);
    await turn();
    return { ...(await super.get(key, options)), tag };
  }
}

/** Sorts as JavaScript does. */
class UnorderedList extends Sound {
  override async *list(prefix: string, options?: ListOptions) {
    const objects: ListedObject[] = [];
    for await (const object of super.list(prefix, options)) objects.push(object);
    yield* objects.sort((a, b) => (a.key < b.key ? -1 : 1));
  }
}

/** A body that breaks ends as if it were whole. */
class CutBodyAccepted extends Sound {
  override async get(key: string, options?: GetOptions) {
    const object = await super.get(key, options);
    async function* firstHalf() {
      let left = Math.ceil(object.size / 2);
      for await (const chunk of object.body) {
        yield chunk.subarray(0, left);
        left -= chunk.byteLength;
        if (left <= 0) return;
      }
    }
    return object.size > 1 << 20 ? { ...object, body: firstHalf() } : object;
  }
}

class ShortUploadAccepted extends Sound {
  override async put(key: string, body: PutBody, options: PutOptions) {
    if (body instanceof Uint8Array || options.signal) return super.put(key, body, options);
    const chunks: Uint8Array[] = [];
    for await (const chunk of body.open()) chunks.push(chunk);
    return super.put(key, Buffer.concat(chunks).subarray(0, body.size), options);
  }
}

class LostMetadata extends Sound {
  override async put(key: string, body: PutBody, options: PutOptions) {
    const { metadata: _lost, ...rest } = options;
    return super.put(key, body, rest);
  }
}

/** The last byte of a range is taken for the one behind it. */
class RangeOffByOne extends Sound {
  override get(key: string, options?: GetOptions) {
    const range = options?.range;
    if (range?.length === undefined) return super.get(key, options);
    return super.get(key, { ...options, range: { ...range, length: range.length + 1 } });
  }
}

class DeleteThatLies extends Sound {
  override deleteMany(keys: readonly string[], options?: CallOptions) {
    return super.deleteMany(keys.slice(0, 1000), options);
  }
}

class OverwriteOnCreate extends Sound {
  override put(key: string, body: PutBody, options: PutOptions) {
    const mode = options.mode === 'create' ? 'overwrite' : options.mode;
    return super.put(key, body, { ...options, mode });
  }
}

class PageDropped extends Sound {
  override async *list(prefix: string, options?: ListOptions) {
    let count = 0;
    for await (const object of super.list(prefix, options)) {
      if (++count <= 1000) yield object;
    }
  }
}

class StartAfterInclusive extends Sound {
  override async *list(prefix: string, options: ListOptions = {}) {
    const { startAfter } = options;
    if (startAfter?.startsWith(prefix)) {
      const object = await this.current(startAfter).catch(() => undefined);
      if (object !== undefined) yield object;
    }
    yield* super.list(prefix, options);
  }
}

/** To the second, as HTTP dates are. */
class CoarseTime extends Sound {
  override async head(key: string, options?: CallOptions) {
    const info = await super.head(key, options);
    return { ...info, time: Math.floor(info.time / 1000) * 1000 };
  }
}

class DeafToAborts extends Sound {
  override get(key: string, options: GetOptions = {}) {
    const { signal: _unheard, ...rest } = options;
    return super.get(key, rest);
  }
}

/** The whole object is read again under the name of the first answer. */
class BodyOfAnotherVersion extends Sound {
  override async get(key: string, options?: GetOptions) {
    const object = await super.get(key, options);
    const reread = async () => readBody(await super.get(key, options), 1 << 30);
    async function* later() {
      yield await reread();
    }
    return { ...object, body: later() };
  }
}

/** Of two large uploads both win; small ones are told apart. */
class LargeUploadsWin extends Sound {
  override put(key: string, body: PutBody, options: PutOptions) {
    const large = !(body instanceof Uint8Array) && body.size >= 1 << 20;
    const mode = large && options.mode === 'create' ? 'overwrite' : options.mode;
    return super.put(key, body, { ...options, mode });
  }
}

/** A sound store with faults below it, for subclasses that take them wrongly. */
class Disturbed extends Sound {
  override readonly inner = new FaultyObjectStore(new MemoryStore());
}

/** What could not be seen is taken for what is not there: the sin that makes a start begin anew. */
class UnavailableIsAbsent extends Disturbed {
  override async head(key: string, options?: CallOptions) {
    return super.head(key, options).catch((error: unknown) => {
      if (!isStoreError(error, 'Unavailable')) throw error;
      throw new StoreError('NotFound', key, 'no answer');
    });
  }
}

class ThrottledIsDone extends Disturbed {
  override async deleteMany(keys: readonly string[], options?: CallOptions) {
    return super.deleteMany(keys, options).catch((error: unknown) => {
      if (!isStoreError(error, 'Throttled')) throw error;
    });
  }
}

/** Asks whether the object is there and takes its own for somebody else's. */
class LostAnswerIsLostRace extends Disturbed {
  override async put(key: string, body: PutBody, options: PutOptions) {
    return super.put(key, body, options).catch(async (error: unknown) => {
      if (!isStoreError(error, 'Unavailable') || (await this.current(key)) === undefined)
        throw error;
      throw new StoreError('AlreadyExists', key, 'the object exists');
    });
  }
}

class LostSwapIsLost extends Disturbed {
  override async put(key: string, body: PutBody, options: PutOptions) {
    return super.put(key, body, options).catch((error: unknown) => {
      if (typeof options.mode !== 'object' || !isStoreError(error, 'Unavailable')) throw error;
      throw new StoreError('PreconditionFailed', key, 'another tag');
    });
  }
}

class CutListAccepted extends Disturbed {
  override async *list(prefix: string, options?: ListOptions) {
    try {
      yield* super.list(prefix, options);
    } catch (error) {
      if (!isStoreError(error, 'Unavailable')) throw error;
    }
  }
}

class DeafToSilence extends Disturbed {
  override head(key: string, _options?: CallOptions) {
    return super.head(key);
  }
}

/** Gives up a store that takes its time. */
class Hasty extends Disturbed {
  override async head(key: string, options?: CallOptions) {
    const late = turn().then(turn).then(turn);
    const reject = () => Promise.reject(new StoreError('Timeout', key, 'too slow'));
    return Promise.race([super.head(key, options), late.then(reject)]);
  }
}

const disturbed = (store: ObjectStore) => injectedFaults((store as Disturbed).inner);

export const BROKEN_STORES: readonly BrokenStore[] = [
  {
    name: 'all racers win a create',
    makeStore: () => new AllRacersWin(),
    caughtBy: /^create: exactly one/,
  },
  {
    name: 'all racers win a swap',
    makeStore: () => new AllSwapsWin(),
    caughtBy: /^ifMatch: exactly one/,
  },
  { name: 'a torn put', makeStore: () => new TornPut(), caughtBy: /^put: readers see whole/ },
  {
    name: 'a stale tag accepted',
    makeStore: () => new StaleTagAccepted(),
    caughtBy: /^ifMatch: a stale tag/,
  },
  {
    name: 'the tag of another version',
    makeStore: () => new TagOfAnotherVersion(),
    caughtBy: /^put: readers see whole/,
  },
  {
    name: 'the body of another version',
    makeStore: () => new BodyOfAnotherVersion(),
    caughtBy: /^put: readers see whole/,
  },
  { name: 'an unordered list', makeStore: () => new UnorderedList(), caughtBy: /^list: thousands/ },
  {
    name: 'a cut body accepted',
    makeStore: () => new CutBodyAccepted(),
    caughtBy: /^put: what was written/,
  },
  {
    name: 'a short upload accepted',
    makeStore: () => new ShortUploadAccepted(),
    caughtBy: /^put: a body whose length/,
  },
  { name: 'lost metadata', makeStore: () => new LostMetadata(), caughtBy: /^metadata: come back/ },
  {
    name: 'a range off by one',
    makeStore: () => new RangeOffByOne(),
    caughtBy: /^get: a range gives/,
  },
  {
    name: 'a delete that lies',
    makeStore: () => new DeleteThatLies(),
    caughtBy: /^deleteMany: deletes/,
  },
  {
    name: 'an overwrite on create',
    makeStore: () => new OverwriteOnCreate(),
    caughtBy: /^create: an existing/,
  },
  { name: 'a page dropped', makeStore: () => new PageDropped(), caughtBy: /^list: thousands/ },
  {
    name: 'startAfter inclusive',
    makeStore: () => new StartAfterInclusive(),
    caughtBy: /^list: startAfter/,
  },
  { name: 'time to the second', makeStore: () => new CoarseTime(), caughtBy: /^time: comes back/ },
  {
    name: 'deafness to aborts',
    makeStore: () => new DeafToAborts(),
    caughtBy: /^abort: a call that begins/,
  },
  {
    name: 'large uploads that all win',
    makeStore: () => new LargeUploadsWin(),
    caughtBy: /^create: of two that upload/,
  },
  {
    name: 'a 503 taken for absence',
    makeStore: () => new UnavailableIsAbsent(),
    faults: disturbed,
    caughtBy: /^fault: a 503/,
  },
  {
    name: 'a 429 taken for success',
    makeStore: () => new ThrottledIsDone(),
    faults: disturbed,
    caughtBy: /^fault: a 429/,
  },
  {
    name: 'a lost answer taken for a lost race',
    makeStore: () => new LostAnswerIsLostRace(),
    faults: disturbed,
    caughtBy: /^fault: a put whose answer/,
  },
  {
    name: 'a lost answer taken for a stale tag',
    makeStore: () => new LostSwapIsLost(),
    faults: disturbed,
    caughtBy: /^fault: a swap whose answer/,
  },
  {
    name: 'a cut listing accepted',
    makeStore: () => new CutListAccepted(),
    faults: disturbed,
    caughtBy: /^fault: a listing that is cut/,
  },
  {
    name: 'deafness in silence',
    makeStore: () => new DeafToSilence(),
    faults: disturbed,
    caughtBy: /^fault: a silent store/,
  },
  {
    name: 'haste',
    makeStore: () => new Hasty(),
    faults: disturbed,
    caughtBy: /^fault: a slow store/,
  },
];
