import type {
  CallOptions,
  GetOptions,
  ListOptions,
  ObjectStore,
  PutBody,
  PutOptions,
} from '../../storage/object-store';

/** A store whose calls all end with `signal`. */
export function withSignal(store: ObjectStore, signal: AbortSignal): ObjectStore {
  const bound = <T extends CallOptions>(options?: T): T & { signal: AbortSignal } => {
    signal.throwIfAborted();
    const signals = options?.signal ? [signal, options.signal] : [signal];
    return { ...(options as T), signal: signals.length === 1 ? signal : AbortSignal.any(signals) };
  };
  return {
    capabilities: store.capabilities,
    get: async (key: string, options?: GetOptions) => store.get(key, bound(options)),
    put: async (key: string, body: PutBody, options: PutOptions) =>
      store.put(key, body, bound(options)),
    head: async (key: string, options?: CallOptions) => store.head(key, bound(options)),
    list: (prefix: string, options?: ListOptions) => store.list(prefix, bound(options)),
    deleteMany: async (keys: readonly string[], options?: CallOptions) =>
      store.deleteMany(keys, bound(options)),
  };
}

/** What `promise` gives, unless `signal` is aborted before: then its reason. */
export async function orAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  let abort = (): void => undefined;
  const aborted = new Promise<never>((_, reject) => {
    abort = () => reject(signal.reason as Error);
    signal.addEventListener('abort', abort, { once: true });
    if (signal.aborted) abort();
  });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener('abort', abort);
  }
}
