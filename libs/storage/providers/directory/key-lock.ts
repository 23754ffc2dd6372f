import { randomBytes, randomInt } from 'node:crypto';
import fs from 'node:fs/promises';
import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { abortable } from '../../abortable';
import { StoreError } from '../../store-error';
import { discardFile } from './staged-file';
import { errno, isAbsent } from './file-errors';
import { tempPath } from './layout';

/** A lock is held for a few file operations; one this old belonged to a process that died. */
const BROKEN_AFTER_MS = 30_000;
const WAIT_MAX_MS = 45_000;

export interface KeyLock {
  /** Rejects with `Unavailable` where another process took this one for dead. To be asked right before a change. */
  assertHeld(): Promise<void>;
}

/**
 * Runs `work` while no other process that asks for the same lock file does. Whoever shares the folder needs a clock
 * within 30 seconds of the file server's: an older lock is broken. A process that slept that long in the middle is
 * stopped by `assertHeld`.
 */
export async function withKeyLock<T>(
  root: string,
  key: string,
  lockPath: string,
  signal: AbortSignal | undefined,
  work: (lock: KeyLock) => Promise<T>,
): Promise<T> {
  return inTurn(lockPath, signal, async () => {
    const token = JSON.stringify({
      pid: process.pid,
      host: hostname(),
      time: new Date().toISOString(),
      id: randomBytes(16).toString('hex'),
    });
    const held = async () => (await contentOf(lockPath)) === token;
    await acquire(root, key, lockPath, token, signal);
    try {
      return await work({
        async assertHeld() {
          if (!(await held()))
            throw new StoreError('Unavailable', key, 'the lock was lost; nothing was changed');
        },
      });
    } finally {
      if (await held()) await discardFile(lockPath);
    }
  });
}

async function acquire(
  root: string,
  key: string,
  lockPath: string,
  token: string,
  signal: AbortSignal | undefined,
): Promise<void> {
  const deadline = performance.now() + WAIT_MAX_MS;
  for (;;) {
    signal?.throwIfAborted();
    try {
      await fs.writeFile(lockPath, token, { flag: 'wx' });
      return;
    } catch (error) {
      if (errno(error) !== 'EEXIST') throw error;
    }
    await breakIfOld(root, lockPath);
    if (performance.now() > deadline) {
      throw new StoreError('Timeout', key, `its lock was not free within ${WAIT_MAX_MS / 1000} s`);
    }
    await sleep(randomInt(1, 8));
  }
}

/**
 * Moves an old lock aside. Between the look and the move another process may have done the same and taken the lock anew:
 * what was moved is then put back, unless a third one was faster, which `assertHeld` of the second will find.
 */
async function breakIfOld(root: string, lockPath: string): Promise<void> {
  const seen = await fs.stat(lockPath).catch(absent);
  if (seen === undefined || Date.now() - seen.mtimeMs < BROKEN_AFTER_MS) return;
  const aside = tempPath(root);
  try {
    await fs.rename(lockPath, aside);
  } catch (error) {
    if (isAbsent(error)) return;
    throw error;
  }
  const moved = await fs.stat(aside).catch(absent);
  if (moved !== undefined && (moved.ino !== seen.ino || moved.mtimeMs !== seen.mtimeMs)) {
    await fs.copyFile(aside, lockPath, fs.constants.COPYFILE_EXCL).catch(() => undefined);
  }
  await discardFile(aside);
}

async function contentOf(file: string): Promise<string | undefined> {
  return fs.readFile(file, 'utf8').catch(absent);
}

function absent(error: unknown): undefined {
  if (!isAbsent(error)) throw error;
}

const turns = new Map<string, Promise<unknown>>();

/** Callers of one process queue up in memory, so that as a rule one of them polls the file. */
async function inTurn<T>(
  lockPath: string,
  signal: AbortSignal | undefined,
  work: () => Promise<T>,
): Promise<T> {
  const before = (turns.get(lockPath) ?? Promise.resolve()).catch(() => undefined);
  const mine = abortable(before, signal).then(work);
  turns.set(lockPath, mine);
  try {
    return await mine;
  } finally {
    if (turns.get(lockPath) === mine) turns.delete(lockPath);
  }
}
