import { abortable } from '../../abortable';
import { s3Error } from './s3-errors';

/**
 * One request of the SDK: rejects with a `StoreError`, or at once with the reason of the signal. The SDK listens to the
 * signal only while its request is under way, not while it looks for credentials.
 */
export async function s3Call<T>(
  key: string,
  signal: AbortSignal | undefined,
  send: (options: { readonly abortSignal?: AbortSignal }) => Promise<T>,
): Promise<T> {
  try {
    return await rawS3Call(signal, send);
  } catch (error) {
    signal?.throwIfAborted();
    throw s3Error(error, key);
  }
}

/** The same with the errors of the SDK as they are. */
export async function rawS3Call<T>(
  signal: AbortSignal | undefined,
  send: (options: { readonly abortSignal?: AbortSignal }) => Promise<T>,
): Promise<T> {
  signal?.throwIfAborted();
  return abortable(send(signal === undefined ? {} : { abortSignal: signal }), signal);
}
