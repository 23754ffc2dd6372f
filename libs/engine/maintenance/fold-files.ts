import { decodeLtxHeader, LTX_HEADER_SIZE, mergeLtx, verifyLtx, type LtxSummary } from '../../ltx';
import type { FileProof, FoldOptions } from '../file-merger';

export interface Folded {
  readonly proof: FileProof;
  readonly inputs: readonly FileProof[];
}

/** Merges files and tells what each of them was. `sink` gets the output in pieces, each valid only during the call. */
export async function foldFiles(
  sources: readonly AsyncIterable<Uint8Array>[],
  options: FoldOptions,
  sink: (chunk: Uint8Array) => void,
): Promise<Folded> {
  const observed = sources.map((source) => new ObservedFile(source));
  const summary = await mergeLtx(observed, sink, options);
  return { proof: proofOf(summary), inputs: observed.map((file) => file.proof()) };
}

export async function proveFile(source: AsyncIterable<Uint8Array>): Promise<FileProof> {
  return proofOf(await verifyLtx(source));
}

const proofOf = ({ header, checksum, size }: LtxSummary): FileProof => ({ header, checksum, size });

const CHECKSUM_SIZE = 8;

/** Passes a file on and keeps its ends: its header, and the checksum that its last bytes are. */
class ObservedFile implements AsyncIterable<Uint8Array> {
  private head = Buffer.alloc(0);
  private tail = Buffer.alloc(0);
  private size = 0;

  constructor(private readonly source: AsyncIterable<Uint8Array>) {}

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array> {
    for await (const chunk of this.source) {
      this.see(chunk);
      yield chunk;
    }
  }

  /** Once the file was read to its end and found intact. */
  proof(): FileProof {
    const { size } = this;
    return { header: decodeLtxHeader(this.head), checksum: this.tail.toString('hex'), size };
  }

  private see(chunk: Uint8Array): void {
    const missing = LTX_HEADER_SIZE - this.head.length;
    if (missing > 0) this.head = Buffer.concat([this.head, chunk.subarray(0, missing)]);
    const end = Buffer.concat([this.tail, chunk.subarray(-CHECKSUM_SIZE)]);
    this.tail = end.subarray(-CHECKSUM_SIZE);
    this.size += chunk.length;
  }
}
