import { abortable } from './abortable';
import { type PutBody } from './object-store';
import { StoreError } from './store-error';

/** Bytes that a put announces. */
export function bodySize(key: string, body: PutBody): number {
  const size = body instanceof Uint8Array ? body.byteLength : body.size;
  if (!Number.isSafeInteger(size) || size < 0) {
    throw new StoreError('Rejected', key, `a body of ${size} bytes`);
  }
  return size;
}

/**
 * The chunks of a put body as its source cuts them. Rejects with `Rejected` as soon as they are more, or at the end when
 * they were fewer, than announced; with the signal's reason as soon as that is aborted, even if the source hangs.
 */
export async function* bodyChunks(
  key: string,
  body: PutBody,
  signal?: AbortSignal,
): AsyncGenerator<Uint8Array, void, undefined> {
  const announced = bodySize(key, body);
  if (body instanceof Uint8Array) {
    signal?.throwIfAborted();
    yield body;
    return;
  }
  const source = body.open()[Symbol.asyncIterator]();
  let bytes = 0;
  let ended = false;
  try {
    for (;;) {
      const next = await abortable(source.next(), signal);
      if (next.done) break;
      bytes += next.value.byteLength;
      if (bytes > announced) throw lengthError(key, announced, `at least ${bytes}`);
      yield next.value;
    }
    ended = true;
  } finally {
    // Not awaited: a source that hangs would hang here too.
    if (!ended) void Promise.resolve(source.return?.()).catch(() => undefined);
  }
  if (bytes !== announced) throw lengthError(key, announced, String(bytes));
}

function lengthError(key: string, announced: number, found: string): StoreError {
  return new StoreError(
    'Rejected',
    key,
    `a body of ${found} bytes was announced with ${announced}`,
  );
}
