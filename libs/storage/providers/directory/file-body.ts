import { type FileHandle } from 'node:fs/promises';
import { type Span } from '../../byte-range';
import { readError } from './file-errors';
import { readExactly } from './version';

const CHUNK_BYTES = 1 << 20;

/** Closes the files of bodies that nobody ever read. */
const forgotten = new FinalizationRegistry<FileHandle>((file) => void closeFile(file));

/** Bytes already read, in one chunk or none. */
export async function* bytesBody(bytes: Buffer): AsyncGenerator<Uint8Array> {
  if (bytes.byteLength > 0) yield bytes;
}

/**
 * Bytes of an open file, read while they are asked for; the file is closed after the last one, on an error, an abort, or
 * when the reader stops early. A body that nobody reads holds its file until it is aborted or garbage.
 */
export function fileBody(
  key: string,
  file: FileHandle,
  span: Span,
  signal: AbortSignal | undefined,
): AsyncIterable<Uint8Array> {
  let position = span.start;
  let closing: Promise<void> | undefined;
  const close = () => {
    signal?.removeEventListener('abort', onAbort);
    forgotten.unregister(file);
    closing ??= closeFile(file);
    return closing;
  };
  const onAbort = () => void close();
  signal?.addEventListener('abort', onAbort, { once: true });

  const iterator: AsyncIterableIterator<Uint8Array> = {
    // Not by its name: what the signal holds on to must not keep a forgotten body alive.
    [Symbol.asyncIterator]() {
      return this;
    },
    async next() {
      try {
        signal?.throwIfAborted();
        if (position >= span.end || closing !== undefined) {
          await close();
          return { done: true, value: undefined };
        }
        const length = Math.min(CHUNK_BYTES, span.end - position);
        const chunk = await readExactly(key, file, position, length);
        position += length;
        return { done: false, value: chunk };
      } catch (error) {
        await close();
        signal?.throwIfAborted();
        throw readError(error, key);
      }
    },
    async return() {
      await close();
      return { done: true, value: undefined };
    },
  };
  forgotten.register(iterator, file, file);
  return iterator;
}

async function closeFile(file: FileHandle): Promise<void> {
  await file.close().catch(() => undefined);
}
