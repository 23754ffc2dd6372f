import { type PutBody } from '../../object-store';
import { bodyChunks } from '../../put-body';

/**
 * The chunks of a body whose length is announced in a header: the last one is held back until the source has ended. The
 * service takes an object for whole as soon as it has the announced bytes, so a source with one more must be found out
 * before. Rejects like `bodyChunks`.
 */
export async function* exactBody(
  key: string,
  body: PutBody,
  signal?: AbortSignal,
): AsyncGenerator<Uint8Array, void, undefined> {
  let held: Uint8Array | undefined;
  for await (const chunk of bodyChunks(key, body, signal)) {
    if (chunk.byteLength === 0) continue;
    if (held !== undefined) yield held;
    held = chunk;
  }
  if (held !== undefined) yield held;
}
