import { isPersistenceError, PersistenceError } from '../../errors';
import {
  decodeLtxHeader,
  LTX_HEADER_SIZE,
  LTX_TRAILER_SIZE,
  type LtxHeader,
  parseLtxFileName,
} from '../../ltx';
import type { ByteRange, ObjectStore, StoredObject } from '../../storage/object-store';

/** What tells one file of the log from another: its header and its file checksum (16 hex digits). */
export interface EntryIdentity {
  readonly header: LtxHeader;
  readonly checksum: string;
  /** Bytes of the whole file. */
  readonly size: number;
}

const CHECKSUM_SIZE = 8;
/** The smallest file: header, six zeros, an empty index, its length, the trailer. */
const MIN_SIZE = LTX_HEADER_SIZE + 6 + 1 + 8 + LTX_TRAILER_SIZE;
/** What the first request asks for: a claim or a small commit comes whole. */
const FIRST_READ = 4096;

/**
 * Reads header and checksum of a file of the log by one or two ranged reads. Its content is not read, so this says who
 * wrote it, not that it is intact. Rejects with a `StoreError`, or with `REPLICA_CORRUPT` for what is no LTX file or not
 * the one that its name says.
 */
export async function readEntryIdentity(
  store: ObjectStore,
  key: string,
  signal?: AbortSignal,
): Promise<EntryIdentity> {
  const first = await read(store, key, { offset: 0, length: FIRST_READ }, signal);
  const { size, tag } = first.object;
  if (size < MIN_SIZE || first.bytes.length < Math.min(size, FIRST_READ)) {
    throw corrupt(key, `${key} has ${size} bytes, too few for a file of the log.`);
  }
  const header = headerOf(key, first.bytes);
  if (size <= FIRST_READ) {
    return { header, size, checksum: first.bytes.toString('hex', size - CHECKSUM_SIZE, size) };
  }
  const range = { offset: size - CHECKSUM_SIZE, length: CHECKSUM_SIZE };
  const last = await read(store, key, range, signal);
  if (last.object.tag !== tag || last.bytes.length !== CHECKSUM_SIZE) {
    throw corrupt(key, `${key} was replaced while it was read; files of the log never change.`);
  }
  return { header, size, checksum: last.bytes.toString('hex') };
}

function headerOf(key: string, bytes: Buffer): LtxHeader {
  let header: LtxHeader;
  try {
    header = decodeLtxHeader(bytes);
  } catch (error) {
    if (!isPersistenceError(error, 'LTX_INVALID')) throw error;
    throw corrupt(key, `${key}: ${error.message}`, error);
  }
  const named = parseLtxFileName(key.slice(key.lastIndexOf('/') + 1));
  if (named?.minTxid !== header.minTxid || named.maxTxid !== header.maxTxid) {
    throw corrupt(key, `${key} holds TXIDs ${header.minTxid} to ${header.maxTxid}.`);
  }
  return header;
}

async function read(
  store: ObjectStore,
  key: string,
  range: ByteRange & { readonly length: number },
  signal?: AbortSignal,
): Promise<{ object: StoredObject; bytes: Buffer }> {
  const object = await store.get(key, { range, ...(signal && { signal }) });
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of object.body) {
    chunks.push(chunk);
    length += chunk.length;
    if (length > range.length)
      throw corrupt(key, `The store gives more of ${key} than was asked for.`);
  }
  return { object, bytes: Buffer.concat(chunks) };
}

const corrupt = (key: string, message: string, cause?: unknown): PersistenceError =>
  new PersistenceError('REPLICA_CORRUPT', message, { key, cause });
