import { StoreError, type ObjectStore } from 'nestjs-persistence';

type Put = Parameters<ObjectStore['put']>;
type Version = { bytes: Buffer; tag: string; time: number; metadata: Record<string, string> };

/** A whole ObjectStore over a Map, which stands for the client of your service. */
export class MapStore implements ObjectStore {
  readonly capabilities = {
    conditionalCreate: true,
    compareAndSwap: true,
    orderedList: true,
    listAfter: true,
  };
  private readonly objects = new Map<string, Version>();
  private versions = 0;

  async get(...[key, options = {}]: Parameters<ObjectStore['get']>) {
    const { bytes, ...version } = this.find(key, options.signal);
    const { offset = 0, length = Number.MAX_SAFE_INTEGER - offset } = options.range ?? {};
    if (![offset, length].every((n) => Number.isSafeInteger(n) && n >= 0)) {
      throw new StoreError('Rejected', key, 'a range that is none');
    }
    const part = bytes.subarray(offset, offset + length);
    return { key, size: bytes.length, ...version, body: pieces(part, options.signal) };
  }

  async put(...[key, body, options]: Put) {
    checkKey(key);
    checkOptions(key, options);
    const bytes = await collect(key, body, options.signal);
    // No await from here on: nobody comes between the condition and the write.
    const current = this.objects.get(key);
    if (options.mode === 'create' && current) {
      throw new StoreError('AlreadyExists', key, 'it exists');
    }
    if (typeof options.mode === 'object' && current?.tag !== options.mode.ifMatch) {
      throw new StoreError('PreconditionFailed', key, 'it has another tag, or is absent');
    }
    const tag = `v${++this.versions}`;
    const { time = Date.now(), metadata = {} } = options;
    this.objects.set(key, { bytes, tag, time, metadata: { ...metadata } });
    return { tag };
  }

  async head(...[key, options = {}]: Parameters<ObjectStore['head']>) {
    const { bytes, ...version } = this.find(key, options.signal);
    return { key, size: bytes.length, ...version };
  }

  async *list(...[prefix, options = {}]: Parameters<ObjectStore['list']>) {
    const { startAfter, signal } = options;
    checkPrefix(prefix);
    for (const key of [...this.objects.keys()].toSorted(byBytes)) {
      signal?.throwIfAborted();
      const version = this.objects.get(key);
      if (!version || !key.startsWith(prefix)) continue;
      if (startAfter !== undefined && byBytes(key, startAfter) <= 0) continue;
      yield { key, size: version.bytes.length, time: version.time };
    }
    signal?.throwIfAborted();
  }

  async deleteMany(...[keys, options = {}]: Parameters<ObjectStore['deleteMany']>) {
    keys.forEach(checkKey);
    options.signal?.throwIfAborted();
    for (const key of keys) this.objects.delete(key);
  }

  private find(key: string, signal?: AbortSignal): Version {
    checkKey(key);
    signal?.throwIfAborted();
    const version = this.objects.get(key);
    if (!version) throw new StoreError('NotFound', key, 'no such object');
    return { ...version, metadata: { ...version.metadata } };
  }
}

async function* pieces(bytes: Buffer, signal?: AbortSignal) {
  for (let at = 0; at < bytes.length; at += 1 << 20) {
    signal?.throwIfAborted();
    yield Uint8Array.from(bytes.subarray(at, at + (1 << 20)));
  }
}

/** All bytes of a body, as many as it announced. */
async function collect(key: string, body: Put[1], signal?: AbortSignal): Promise<Buffer> {
  signal?.throwIfAborted();
  if (body instanceof Uint8Array) return Buffer.from(body);
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of untilAborted(body.open(), signal)) {
    chunks.push(Buffer.from(chunk));
    size += chunk.length;
    if (size > body.size) break;
  }
  if (size !== body.size) throw new StoreError('Rejected', key, 'a body of another length');
  return Buffer.concat(chunks);
}

/** The items of a source, until the signal says enough, even if the source hangs. */
async function* untilAborted<T>(source: AsyncIterable<T>, signal?: AbortSignal): AsyncGenerator<T> {
  const items = source[Symbol.asyncIterator]();
  let abort = () => {};
  const aborted = new Promise<never>((_, reject) => {
    abort = () => reject(signal?.reason as Error);
  });
  signal?.addEventListener('abort', abort);
  try {
    for (;;) {
      const next = await Promise.race([items.next(), aborted]);
      if (next.done) return;
      yield next.value;
    }
  } finally {
    signal?.removeEventListener('abort', abort);
    void Promise.resolve(items.return?.()).catch(() => undefined);
  }
}

function checkKey(key: string): void {
  const bad = key.split('/').some((segment) => !isName(segment));
  if (bad) throw new StoreError('Rejected', key, 'a key that is none');
}

function checkPrefix(prefix: string): void {
  const [partial = '', ...folders] = prefix.split('/').toReversed();
  const bad = folders.some((segment) => !isName(segment)) || /[\\\0]/.test(partial);
  if (bad) throw new StoreError('Rejected', prefix, 'a prefix of no key');
}

function isName(segment: string): boolean {
  const size = Buffer.byteLength(segment);
  return size > 0 && size < 256 && !/[\\\0]|\p{Cs}/u.test(segment) && !/^\.\.?$/.test(segment);
}

function checkOptions(key: string, { time = 0, metadata = {} }: Put[2]): void {
  const pairs = Object.entries(metadata);
  const size = pairs.reduce((sum, [name, value]) => sum + name.length + value.length, 0);
  const plain = pairs.every(
    ([name, value]) => /^[a-z0-9-]+$/.test(name) && /^([!-~]([ -~]*[!-~])?)?$/.test(value),
  );
  if (!plain || size > 2_048) throw new StoreError('Rejected', key, 'metadata that do not fit');
  if (!Number.isInteger(time) || time < 0 || time > 8.64e15) {
    throw new StoreError('Rejected', key, 'a time that is none');
  }
}

const byBytes = (a: string, b: string) => Buffer.compare(Buffer.from(a), Buffer.from(b));
