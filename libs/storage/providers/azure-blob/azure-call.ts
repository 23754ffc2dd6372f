import { azureError } from './azure-errors';

/**
 * Runs one call of the SDK. It gets a signal of its own, because the SDK leaves listeners on the one it is given; that one
 * follows the caller's until the call is over. Rejects with the caller's reason where it was aborted, else with a
 * `StoreError`.
 */
export async function azureCall<T>(
  key: string,
  signal: AbortSignal | undefined,
  work: (call: AbortController) => Promise<T>,
): Promise<T> {
  signal?.throwIfAborted();
  const call = new AbortController();
  const follow = () => call.abort();
  signal?.addEventListener('abort', follow, { once: true });
  try {
    return await work(call);
  } catch (error) {
    throw azureError(key, error, signal);
  } finally {
    signal?.removeEventListener('abort', follow);
  }
}
