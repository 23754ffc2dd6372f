import type { FileInput, FileProof } from '../../engine/file-merger';
import { isPersistenceError, PersistenceError } from '../../errors';
import { isStoreError } from '../../storage/store-error';
import { readEntryIdentity } from '../log/entry';
import type { LogFile } from '../log/inventory';
import type { MaintenanceParts } from './maintenance-parts';
import { lastEntryOf } from './merge-check';
import { readParts } from './file-parts';
import { ReadSlots } from './read-slots';

const READS_AT_ONCE = 8;
/** All parts of all inputs together, but for the smallest part: what a merge holds in memory on this side. */
const PARTS_BYTES = 16 * 1024 * 1024;
const MIN_PART_BYTES = 64 * 1024;
const MAX_PART_BYTES = 1024 * 1024;
const CHECKSUM_SIZE = 8;

/** Reads files of the log for folding and proving, and remembers which ones this life has proved. */
export class Files {
  private readonly proofs = new Map<string, FileProof>();
  private readonly slots = new ReadSlots(READS_AT_ONCE);

  constructor(private readonly parts: Pick<MaintenanceParts, 'store' | 'merger' | 'recent'>) {}

  /** Keys of merged files that this life has read back in full and found intact. */
  get proved(): ReadonlySet<string> {
    return new Set(this.proofs.keys());
  }

  /** Inputs of one merge, each to be opened once. */
  inputs(files: readonly LogFile[], signal: AbortSignal): FileInput[] {
    const share = Math.floor(PARTS_BYTES / files.length);
    const partBytes = Math.min(MAX_PART_BYTES, Math.max(MIN_PART_BYTES, share));
    return files.map((file) => ({ open: () => this.read(file, partBytes, 2, signal) }));
  }

  /** Reads what the store has of a file in full; rejects with `REPLICA_CORRUPT` if it is not intact. Remembers nothing. */
  async readBack(file: LogFile, signal: AbortSignal): Promise<FileProof> {
    const { store, merger } = this.parts;
    const { slots } = this;
    const options = { partBytes: MAX_PART_BYTES, ahead: 4, slots, signal };
    try {
      const proof = await merger.verify({ open: () => readParts(store, file, options) });
      const { minTxid, maxTxid } = proof.header;
      if (minTxid === file.minTxid && maxTxid === file.maxTxid) return proof;
      throw corrupt(file, `it holds TXIDs ${minTxid} to ${maxTxid}`);
    } catch (error) {
      if (!isPersistenceError(error, 'LTX_INVALID')) throw error;
      throw corrupt(file, error.message, error);
    }
  }

  async prove(file: LogFile, signal: AbortSignal): Promise<void> {
    this.remember(file.key, await this.readBack(file, signal));
  }

  /** `proof` is of bytes that the store gave back. */
  remember(key: string, proof: FileProof): void {
    this.proofs.set(key, proof);
  }

  forget(key: string): void {
    this.proofs.delete(key);
    this.parts.recent.forget(key);
  }

  forgetAll(): void {
    this.proofs.clear();
  }

  /** The file checksum of a file: its last bytes. */
  async checksumOf(file: LogFile, signal: AbortSignal): Promise<string> {
    const own = this.parts.recent.bytesOf(file.key);
    if (own) return Buffer.from(own.subarray(-CHECKSUM_SIZE)).toString('hex');
    return (await this.identity(file, signal)).checksum;
  }

  /** The checksum of the last entry that a file holds. */
  async lastEntryOf(file: LogFile, signal: AbortSignal): Promise<string> {
    return lastEntryOf(await this.identity(file, signal));
  }

  /** Which of the inputs is the one that is not intact; for a message. */
  async findDamaged(
    files: readonly LogFile[],
    signal: AbortSignal,
  ): Promise<PersistenceError | null> {
    for (const file of files) {
      try {
        await this.readBack(file, signal);
      } catch (error) {
        if (isPersistenceError(error, 'REPLICA_CORRUPT')) return error;
        if (!isStoreError(error)) throw error;
      }
    }
    return null;
  }

  private identity(
    file: LogFile,
    signal: AbortSignal,
  ): Promise<Pick<FileProof, 'header' | 'checksum'>> {
    const proof = this.proofs.get(file.key);
    return proof ? Promise.resolve(proof) : readEntryIdentity(this.parts.store, file.key, signal);
  }

  private async *read(
    file: LogFile,
    partBytes: number,
    ahead: number,
    signal: AbortSignal,
  ): AsyncGenerator<Uint8Array> {
    signal.throwIfAborted();
    const own = this.parts.recent.bytesOf(file.key);
    // A copy: whoever reads an input takes its chunks over.
    if (own) yield new Uint8Array(own);
    else yield* readParts(this.parts.store, file, { partBytes, ahead, slots: this.slots, signal });
  }
}

const corrupt = ({ key }: LogFile, what: string, cause?: unknown): PersistenceError =>
  new PersistenceError('REPLICA_CORRUPT', `${key} is damaged: ${what}`, {
    key,
    cause,
    hint: 'Nothing was deleted for its sake. Bring the object back from a version or a copy; restores leave it out where other files give the same state.',
  });
