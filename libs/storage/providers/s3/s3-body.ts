import { type Readable } from 'node:stream';
import { abortable } from '../../abortable';
import { StoreError } from '../../store-error';
import { s3Error } from './s3-errors';

/** The body of an answer, `size` bytes long or broken; its connection is given back, or closed where it is given up. */
export function s3Body(
  key: string,
  source: Readable,
  size: number,
  signal: AbortSignal | undefined,
): AsyncIterable<Uint8Array> {
  // What breaks before somebody reads shows in the first read.
  source.on('error', () => undefined);
  return readBody(key, source, size, signal);
}

async function* readBody(
  key: string,
  source: Readable,
  size: number,
  signal: AbortSignal | undefined,
): AsyncGenerator<Uint8Array> {
  const chunks = source[Symbol.asyncIterator]() as AsyncIterator<Uint8Array>;
  let bytes = 0;
  let ended = false;
  try {
    for (;;) {
      const next = await nextChunk(key, chunks, signal);
      if (next.done) break;
      bytes += next.value.byteLength;
      yield next.value;
    }
    ended = true;
  } finally {
    if (!ended) source.destroy();
  }
  if (bytes !== size) {
    throw new StoreError('Unavailable', key, `a body of ${bytes} bytes, ${size} were announced`);
  }
}

async function nextChunk(
  key: string,
  chunks: AsyncIterator<Uint8Array>,
  signal: AbortSignal | undefined,
): Promise<IteratorResult<Uint8Array>> {
  try {
    signal?.throwIfAborted();
    return await abortable(chunks.next(), signal);
  } catch (error) {
    signal?.throwIfAborted();
    const { message } = s3Error(error, key);
    throw new StoreError('Unavailable', key, `the body broke: ${message}`, { cause: error });
  }
}
