import type { ObjectStore } from '../../storage/object-store';
import type { LogFile } from './inventory';

const PART_BYTES = 1024 * 1024;
/** Bytes asked for and not yet taken, over all files of a plan: this bounds the memory of a restore. */
const BYTES_AHEAD = 8 * PART_BYTES;
/** Requests under way at once: of small files, whose bytes hardly count, so that their latencies do not add up. */
const PARTS_AHEAD = 32;

/** An object was replaced while its parts were read: what was read so far belongs to no version. */
export class FileChanged extends Error {
  constructor(readonly key: string) {
    super(`${key} was replaced while it was read`);
  }
}

export interface FetchedPart {
  readonly file: LogFile;
  readonly chunks: readonly Uint8Array[];
  readonly first: boolean;
  readonly last: boolean;
}

/** The bytes of `files`, one after the other, read ahead in ranged requests. */
export async function* fetchFiles(
  store: ObjectStore,
  files: readonly LogFile[],
  signal?: AbortSignal,
): AsyncGenerator<FetchedPart> {
  const ahead: { readonly part: Promise<FetchedPart>; readonly length: number }[] = [];
  const tags = new Map<string, string>();
  const parts = partsOf(files);
  let bytes = 0;
  const fill = (): void => {
    while (ahead.length < PARTS_AHEAD && bytes < BYTES_AHEAD) {
      const next = parts.next();
      if (next.done) return;
      const { length } = next.value;
      const part = fetchPart(store, next.value, tags, signal);
      // Its failure is met in order, by whoever takes the part.
      part.catch(() => undefined);
      ahead.push({ part, length });
      bytes += length;
    }
  };
  for (fill(); ahead.length > 0; fill()) {
    const { part, length } = ahead.shift()!;
    bytes -= length;
    yield await part;
  }
}

interface Part {
  readonly file: LogFile;
  readonly offset: number;
  readonly length: number;
  readonly last: boolean;
}

function* partsOf(files: readonly LogFile[]): Generator<Part, void> {
  for (const file of files) {
    let offset = 0;
    do {
      const length = Math.min(PART_BYTES, file.size - offset);
      yield { file, offset, length, last: offset + length >= file.size };
      offset += length;
    } while (offset < file.size);
  }
}

async function fetchPart(
  store: ObjectStore,
  { file, offset, length, last }: Part,
  tags: Map<string, string>,
  signal?: AbortSignal,
): Promise<FetchedPart> {
  const object = await store.get(file.key, {
    range: { offset, length },
    ...(signal && { signal }),
  });
  if ((tags.get(file.key) ?? object.tag) !== object.tag || object.size !== file.size)
    throw new FileChanged(file.key);
  tags.set(file.key, object.tag);
  const chunks: Uint8Array[] = [];
  for await (const chunk of object.body) chunks.push(chunk);
  return { file, chunks, first: offset === 0, last };
}
