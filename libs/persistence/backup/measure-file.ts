import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';

export interface MeasuredFile {
  /** Bytes. */
  readonly size: number;
  /** 64 hex digits. */
  readonly sha256: string;
}

const CHUNK_BYTES = 256 * 1024;

export async function measureFile(file: string): Promise<MeasuredFile> {
  const measure = new Measure();
  const chunks = createReadStream(file, { highWaterMark: CHUNK_BYTES });
  for await (const chunk of chunks) measure.add(chunk as Uint8Array);
  return measure.result();
}

/** Writes the bytes into a new file. */
export async function spoolFile(
  file: string,
  bytes: AsyncIterable<Uint8Array>,
): Promise<MeasuredFile> {
  const measure = new Measure();
  await pipeline(measure.through(bytes), createWriteStream(file, { flags: 'wx' }));
  return measure.result();
}

class Measure {
  readonly #hash = createHash('sha256');
  #size = 0;

  add(chunk: Uint8Array): void {
    this.#hash.update(chunk);
    this.#size += chunk.length;
  }

  async *through(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    for await (const chunk of bytes) {
      this.add(chunk);
      yield chunk;
    }
  }

  result(): MeasuredFile {
    return { size: this.#size, sha256: this.#hash.digest('hex') };
  }
}
