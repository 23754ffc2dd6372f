import type { Readable } from 'node:stream';
import type { BlobDownloadResponseParsed } from '@azure/storage-blob';
import { StoreError } from '../../store-error';
import { azureError } from './azure-errors';

/** Of an empty part. */
export async function* noBody(): AsyncGenerator<Uint8Array> {}

/**
 * The bytes of an answer, to be read once. `done` is called when they are over: read, broken, aborted or given up, and the
 * connection is closed where they were not read to the end. Rejects with `Unavailable` where the body breaks.
 */
export async function* blobBody(
  key: string,
  answer: BlobDownloadResponseParsed,
  signal: AbortSignal | undefined,
  done: () => void,
): AsyncGenerator<Uint8Array> {
  const stream = answer.readableStreamBody as Readable;
  try {
    signal?.throwIfAborted();
    for await (const chunk of stream) {
      yield chunk as Uint8Array;
      signal?.throwIfAborted();
    }
  } catch (error) {
    const failure = azureError(key, error, signal);
    // Whatever the SDK's stream calls it, a body that breaks is an outage.
    throw failure instanceof StoreError || signal?.aborted
      ? failure
      : new StoreError('Unavailable', key, 'the body broke off', { cause: error });
  } finally {
    stream.destroy();
    done();
  }
}
