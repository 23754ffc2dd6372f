import type { ObjectStore } from '../../storage/object-store';
import { FileChanged } from '../log/fetch-file';
import type { LogFile } from '../log/inventory';
import type { ReadSlots } from './read-slots';

export interface PartOptions {
  /** Bytes of one ranged request. */
  readonly partBytes: number;
  /** Requests under way or waiting to be taken, of this file. */
  readonly ahead: number;
  readonly slots: ReadSlots;
  readonly signal: AbortSignal;
}

/** The bytes of a file, a part at a time, each part in one buffer. Rejects with `FileChanged` if it is replaced meanwhile. */
export async function* readParts(
  store: ObjectStore,
  file: LogFile,
  options: PartOptions,
): AsyncGenerator<Uint8Array> {
  const { partBytes, ahead, slots, signal } = options;
  const under: Promise<{ tag: string; bytes: Uint8Array }>[] = [];
  let tag: string | undefined;
  let asked = 0;
  const fill = (): void => {
    for (; under.length < ahead && asked < file.size; asked += partBytes) {
      const range = { offset: asked, length: Math.min(partBytes, file.size - asked) };
      const part = slots.run(() => readPart(store, file, range, signal));
      // Its failure is met in order, by whoever takes the part.
      part.catch(() => undefined);
      under.push(part);
    }
  };
  for (fill(); under.length > 0; fill()) {
    const part = await under.shift()!;
    tag ??= part.tag;
    if (part.tag !== tag) throw new FileChanged(file.key);
    yield part.bytes;
  }
}

async function readPart(
  store: ObjectStore,
  { key, size }: LogFile,
  range: { readonly offset: number; readonly length: number },
  signal: AbortSignal,
): Promise<{ tag: string; bytes: Uint8Array }> {
  const object = await store.get(key, { range, signal });
  if (object.size !== size) throw new FileChanged(key);
  const bytes = new Uint8Array(range.length);
  let at = 0;
  for await (const chunk of object.body) {
    if (at + chunk.length > bytes.length) throw new FileChanged(key);
    bytes.set(chunk, at);
    at += chunk.length;
  }
  if (at < bytes.length) throw new FileChanged(key);
  return { tag: object.tag, bytes };
}
