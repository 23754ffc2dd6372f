import { MessageChannel } from 'node:worker_threads';

const nobody = new MessageChannel().port1;
nobody.close();

/**
 * Frees a buffer now. Memory outside of V8's heap is otherwise given back only when the garbage collector has seen some
 * 64 MB of it go by: a message to nobody takes the buffer over and drops it.
 */
export function freeBuffer(buffer: ArrayBufferLike): void {
  if (buffer instanceof ArrayBuffer) nobody.postMessage(null, [buffer]);
}
