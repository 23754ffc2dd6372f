import type { ContainerClient } from '@azure/storage-blob';
import { StoreError } from '../../store-error';
import { azureCall } from './azure-call';

const PARALLEL = 16;

/**
 * Deletes blobs, each by a request of its own: deletes are free, and a batch needs rights that a signature for one
 * container cannot have. What was under way when one fails is waited for.
 */
export async function deleteBlobs(
  container: ContainerClient,
  keys: readonly string[],
  signal: AbortSignal | undefined,
): Promise<void> {
  signal?.throwIfAborted();
  let next = 0;
  let failed = false;
  const deleteSome = async () => {
    while (next < keys.length && !failed) {
      try {
        await deleteBlob(container, keys[next++]!, signal);
      } catch (error) {
        failed = true;
        throw error;
      }
    }
  };
  const lanes = await Promise.allSettled(Array.from({ length: PARALLEL }, deleteSome));
  const broken = lanes.find((lane) => lane.status === 'rejected');
  if (broken !== undefined) throw broken.reason;
}

async function deleteBlob(
  container: ContainerClient,
  key: string,
  signal: AbortSignal | undefined,
): Promise<void> {
  try {
    await azureCall(key, signal, ({ signal: abortSignal }) =>
      container.getBlockBlobClient(key).delete({ abortSignal }),
    );
  } catch (error) {
    if (error instanceof StoreError && error.kind === 'NotFound') return;
    throw error;
  }
}
