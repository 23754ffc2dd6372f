import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import {
  type GetOptions,
  isStoreError,
  type ListedObject,
  type ListOptions,
  type ObjectInfo,
  type ObjectStore,
  type PutMode,
  type PutResult,
  readBody,
  type StoreError,
  type StoreErrorKind,
} from '../../storage';

const READ_MAX = 256 * 1024 * 1024;

export const bytes = (text: string): Buffer => Buffer.from(text);

/** Bytes without a pattern that a mistake could hide in; the same for the same seed. */
export function noise(length: number, seed = 1): Buffer {
  const buffer = Buffer.allocUnsafe(length);
  let state = (seed * 2_654_435_761) >>> 0 || 1;
  for (let i = 0; i < length; i++) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    buffer[i] = state & 0xff;
  }
  return buffer;
}

/** A body given in chunks, opened anew for every attempt. */
export function streamed(size: number, chunks: () => Iterable<Uint8Array>) {
  return {
    size,
    async *open() {
      for (const chunk of chunks()) yield chunk;
    },
  };
}

export async function put(
  store: ObjectStore,
  key: string,
  body: Uint8Array,
  mode: PutMode = 'overwrite',
): Promise<string> {
  return (await store.put(key, body, { mode })).tag;
}

export async function read(
  store: ObjectStore,
  key: string,
  offset?: number,
  length?: number,
): Promise<Buffer> {
  const range =
    offset === undefined ? undefined : length === undefined ? { offset } : { offset, length };
  return readBody(await store.get(key, range === undefined ? {} : { range }), READ_MAX);
}

/** What a `get` tells about an object; its body is read and dropped, as an unread one may hold a connection. */
export async function glance(
  store: ObjectStore,
  key: string,
  options?: GetOptions,
): Promise<ObjectInfo> {
  const object = await store.get(key, options);
  await readBody(object, READ_MAX);
  return object;
}

export async function listed(
  store: ObjectStore,
  prefix: string,
  options?: ListOptions,
): Promise<ListedObject[]> {
  const objects: ListedObject[] = [];
  for await (const object of store.list(prefix, options)) objects.push(object);
  return objects;
}

export async function listedKeys(
  store: ObjectStore,
  prefix: string,
  options?: ListOptions,
): Promise<string[]> {
  return (await listed(store, prefix, options)).map(({ key }) => key);
}

/** The content must be what is expected; says where it differs, not all of it. */
export function assertBytes(found: Uint8Array, expected: Uint8Array, what: string): void {
  assert.equal(found.byteLength, expected.byteLength, `${what}: wrong length`);
  if (Buffer.compare(found, expected) === 0) return;
  const at = expected.findIndex((byte, i) => byte !== found[i]);
  assert.fail(`${what}: wrong bytes from ${at} on`);
}

/** The call must be refused in one of these ways, with an error that names its key. */
export async function assertRefused(
  call: Promise<unknown>,
  key: string,
  ...kinds: StoreErrorKind[]
): Promise<void> {
  const outcome = await settled(call);
  assert.ok('error' in outcome, `accepted, but ${kinds.join(' or ')} was due (${key})`);
  assertKind(outcome.error, ...kinds);
  // A wrapper may add a folder in front.
  assert.ok((outcome.error as StoreError).key.endsWith(key), 'an error about another key');
}

export function assertKind(error: unknown, ...kinds: StoreErrorKind[]): void {
  if (isStoreError(error, ...kinds)) return;
  assert.fail(`${kinds.join(' or ')} was due, not ${String(error)}`);
}

/** The call must end with exactly this reason. */
export async function assertAborted(call: Promise<unknown>, reason: unknown): Promise<void> {
  const outcome = await settled(call);
  assert.ok('error' in outcome, 'an aborted call resolved');
  assert.equal(outcome.error, reason, 'an aborted call must reject with the reason of its signal');
}

export async function settled<T>(
  call: Promise<T>,
): Promise<{ readonly value: T } | { readonly error: unknown }> {
  return call.then(
    (value) => ({ value }),
    (error: unknown) => ({ error }),
  );
}

/** Puts started together; which of them won, and that all others were refused as `loss`. */
export async function race(
  count: number,
  contend: (racer: number) => Promise<PutResult>,
  loss: StoreErrorKind,
): Promise<{ readonly winner: number; readonly tag: string }> {
  const outcomes = await Promise.all(Array.from({ length: count }, (_, i) => settled(contend(i))));
  const winners = outcomes.flatMap((outcome, racer) =>
    'value' in outcome ? [{ winner: racer, tag: outcome.value.tag }] : [],
  );
  for (const outcome of outcomes) if ('error' in outcome) assertKind(outcome.error, loss);
  assert.equal(winners.length, 1, `${winners.length} of ${count} racers won`);
  return winners[0]!;
}

/** Works through items, so many together. */
export async function inParallel<T>(
  items: readonly T[],
  lanes: number,
  work: (item: T) => Promise<unknown>,
): Promise<void> {
  let next = 0;
  const lane = async () => {
    while (next < items.length) await work(items[next++]!);
  };
  await Promise.all(Array.from({ length: Math.min(lanes, items.length) }, lane));
}
