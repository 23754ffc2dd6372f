import { Buffer } from 'node:buffer';
import { type StoredObject } from './object-store';
import { StoreError } from './store-error';

/** Collects the body of a `get`. Rejects with `Rejected` as soon as it is longer than `maxBytes`. */
export async function readBody(object: StoredObject, maxBytes: number): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of object.body) {
    bytes += chunk.byteLength;
    if (bytes > maxBytes) {
      throw new StoreError('Rejected', object.key, `more than the ${maxBytes} bytes asked for`);
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, bytes);
}
