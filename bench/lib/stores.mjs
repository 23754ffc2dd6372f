import { setTimeout } from 'node:timers/promises';
import { room } from './product.mjs';

/** As the module wraps every store. */
export function wrapped(store) {
  const { systemClock, withDeadline, withLimit, withRetry } = room('storage');
  const chance = { sleep: systemClock.sleep.bind(systemClock), random: Math.random };
  const guarded = withDeadline(withLimit(store), { callMs: 10_000, stallMs: 10_000 });
  return withRetry(guarded, { attempts: 4, baseMs: 100, maxMs: 2_000 }, chance);
}

/** Counts what goes to a store: requests by name, and the bytes of every put. `entries` keeps the bodies where asked. */
export function counting(store, { keepBodies = false } = {}) {
  const counts = { get: 0, put: 0, head: 0, list: 0, deleteMany: 0, bytes: 0 };
  const bodies = [];
  const counted =
    (name, call) =>
    (...given) => {
      counts[name]++;
      return call(...given);
    };
  return {
    counts,
    bodies,
    store: {
      capabilities: store.capabilities,
      get: counted('get', (key, options) => store.get(key, options)),
      head: counted('head', (key, options) => store.head(key, options)),
      list: counted('list', (prefix, options) => store.list(prefix, options)),
      deleteMany: counted('deleteMany', (keys, options) => store.deleteMany(keys, options)),
      put: counted('put', (key, body, options) => {
        counts.bytes += body instanceof Uint8Array ? body.byteLength : body.size;
        if (keepBodies) bodies.push(body);
        return store.put(key, body, options);
      }),
    },
  };
}

/** Answers puts `latencyMs` later than the store does, as a network would. */
export function slow(store, latencyMs) {
  if (latencyMs === 0) return store;
  return {
    capabilities: store.capabilities,
    get: (key, options) => store.get(key, options),
    head: (key, options) => store.head(key, options),
    list: (prefix, options) => store.list(prefix, options),
    deleteMany: (keys, options) => store.deleteMany(keys, options),
    async put(key, body, options) {
      await setTimeout(latencyMs);
      return store.put(key, body, options);
    },
  };
}

/** Lets puts wait from `hold()` to `release()`. */
export function holdable(store) {
  let held = Promise.resolve();
  let release = () => undefined;
  return {
    hold: () => void (held = new Promise((resolve) => (release = resolve))),
    release: () => release(),
    store: {
      capabilities: store.capabilities,
      get: (key, options) => store.get(key, options),
      head: (key, options) => store.head(key, options),
      list: (prefix, options) => store.list(prefix, options),
      deleteMany: (keys, options) => store.deleteMany(keys, options),
      async put(key, body, options) {
        await held;
        return store.put(key, body, options);
      },
    },
  };
}

export const requests = ({ get, put, head, list, deleteMany }) =>
  get + put + head + list + deleteMany;

const COPIES_AT_ONCE = 8;

/** Puts every object of `source` below the same key of `target`, with its time. */
export async function copyObjects(source, target) {
  const keys = [];
  for await (const { key } of source.list('')) keys.push(key);
  const left = keys.values();
  const copy = async () => {
    for (const key of left) {
      const object = await source.get(key);
      const { time, metadata, size } = object;
      const bytes = await room('storage').readBody(object, size);
      await target.put(key, bytes, { mode: 'create', time, metadata });
    }
  };
  await Promise.all(Array.from({ length: COPIES_AT_ONCE }, copy));
}
