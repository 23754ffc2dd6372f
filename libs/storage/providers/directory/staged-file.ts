import { randomInt } from 'node:crypto';
import fs, { type FileHandle } from 'node:fs/promises';
import path from 'node:path';
import { type PutBody, type PutOptions } from '../../object-store';
import { bodyChunks } from '../../put-body';
import { errno } from './file-errors';
import { tempPath } from './layout';
import { contentTag, readVersion, WHOLE_BYTES_MAX } from './version';

/** A whole object on disk that has no key yet. */
export interface StagedFile {
  readonly path: string;
  readonly tag: string;
  /** Its file is closed, which nothing needs to wait for. */
  readonly closed: Promise<void>;
}

/** Writes a body into a temporary file and syncs it to the disk; leaves nothing behind where that fails. */
export async function stageFile(
  root: string,
  key: string,
  body: PutBody,
  options: PutOptions,
): Promise<StagedFile> {
  const temp = tempPath(root);
  const file = await createIn(temp);
  try {
    const size = await writeBody(file, key, body, options.signal);
    await stampFile(file, size, options.time);
    await file.sync();
    options.signal?.throwIfAborted();
    const short = body instanceof Uint8Array && size <= WHOLE_BYTES_MAX;
    const tag = short ? contentTag(body) : (await readVersion(key, file)).tag;
    return { path: temp, tag, closed: closeFile(file) };
  } catch (error) {
    await closeFile(file);
    await discardFile(temp);
    throw error;
  }
}

/** The sync before has told whether the bytes are stored. */
async function closeFile(file: FileHandle): Promise<void> {
  await file.close().catch(() => undefined);
}

/** Whether it had to go or is gone already: a leftover is swept at a later start. */
export async function discardFile(temp: string): Promise<void> {
  await fs.unlink(temp).catch(() => undefined);
}

/** Someone may have cleared the folder of temporary files away. */
async function createIn(temp: string): Promise<FileHandle> {
  try {
    return await fs.open(temp, 'wx+');
  } catch (error) {
    if (errno(error) !== 'ENOENT') throw error;
    // Not the root above it: where that is gone, its volume is.
    await fs.mkdir(path.dirname(temp)).catch((failure: unknown) => {
      if (errno(failure) !== 'EEXIST') throw failure;
    });
    return fs.open(temp, 'wx+');
  }
}

async function writeBody(
  file: FileHandle,
  key: string,
  body: PutBody,
  signal: AbortSignal | undefined,
): Promise<number> {
  let position = 0;
  for await (const chunk of bodyChunks(key, body, signal)) {
    await writeAll(file, chunk, position);
    position += chunk.byteLength;
  }
  return position;
}

async function writeAll(file: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
  let written = 0;
  while (written < bytes.byteLength) {
    const left = bytes.byteLength - written;
    written += (await file.write(bytes, written, left, position + written)).bytesWritten;
  }
}

/**
 * Gives the file its time. A microsecond more than the ms: as seconds in floating point the ms itself would come out a
 * fraction below in half of the cases, and a reader that cuts fractions off would be one ms early. Long files get random
 * microseconds, below half a ms, which tell two of their versions apart.
 */
async function stampFile(file: FileHandle, size: number, time: number | undefined): Promise<void> {
  const long = size > WHOLE_BYTES_MAX;
  if (time === undefined && !long) return;
  const seconds = ((time ?? Date.now()) + (long ? randomInt(1, 499) : 1) / 1000) / 1000;
  await file.utimes(seconds, seconds);
}
