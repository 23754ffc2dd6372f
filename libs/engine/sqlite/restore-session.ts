import { linkSync, renameSync, rmSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { PersistenceError } from '../../errors';
import type { AppliedFile, RestoredDatabase, RestorePart } from '../database-engine';
import { ApplyTarget } from './apply';
import { connect, findDamage } from './connection';
import { freeBuffer } from './free-buffer';
import { anyLocalFile, removeDatabase, syncFolder, temporary } from './local-files';
import { databaseError } from './sqlite-errors';

/** One restore: files are applied to a temporary database beside its later place, checked, and moved there. */
export class RestoreSession {
  private readonly temporaryPath: string;
  private readonly target: ApplyTarget;

  constructor(
    private readonly path: string,
    id: string,
  ) {
    this.temporaryPath = temporary(path, 'restoring', id);
    try {
      this.target = new ApplyTarget(this.temporaryPath, { writeBehind: true });
    } catch (error) {
      throw databaseError(error, path);
    }
  }

  async write({ file, chunks, first, last }: RestorePart): Promise<AppliedFile | null> {
    if (first) this.target.beginFile(file);
    for (const chunk of chunks) {
      this.target.write(chunk);
      freeBuffer(chunk.buffer);
    }
    if (!last) return null;
    const { header, checksum } = this.target.endFile();
    await this.target.settle();
    return { header, checksum };
  }

  /** What was applied so far, as SQLite sees it; made durable meanwhile. More files may follow. */
  async verify(depth: 'quick' | 'full'): Promise<void> {
    const synced = this.target.syncBehind();
    // Its failure is met below; meanwhile it must not count as unhandled.
    synced.catch(() => undefined);
    this.check(depth);
    await synced;
  }

  /** `makeRoom` moves away what stands at the path; without it, an existing file is an error. */
  finish(makeRoom: (() => string | null) | null): RestoredDatabase {
    this.target.finish();
    for (const suffix of ['-wal', '-shm', '-journal'])
      rmSync(this.temporaryPath + suffix, { force: true });
    const setAside = makeRoom ? makeRoom() : null;
    if (anyLocalFile(this.path)) {
      throw new PersistenceError(
        'RESTORE_TARGET_EXISTS',
        `${this.path} (or a journal of it) exists.`,
      );
    }
    this.moveIntoPlace();
    syncFolder(dirname(this.path));
    return { path: this.path, size: statSync(this.path).size, setAside };
  }

  abort(): void {
    this.target.abort();
    removeDatabase(this.temporaryPath);
  }

  private check(depth: 'quick' | 'full'): void {
    const connection = connect(this.temporaryPath);
    try {
      const damage = findDamage(connection, depth);
      if (damage === null) return;
      throw new PersistenceError(
        'REPLICA_CORRUPT',
        `SQLite finds the restored database damaged: ${damage}.`,
      );
    } finally {
      connection.close();
    }
  }

  /** `link` never replaces a file, whoever created it meanwhile; where there is none, the check before has to do. */
  private moveIntoPlace(): void {
    try {
      linkSync(this.temporaryPath, this.path);
      rmSync(this.temporaryPath);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EEXIST') {
        throw new PersistenceError('RESTORE_TARGET_EXISTS', `${this.path} exists.`, {
          cause: error,
        });
      }
      renameSync(this.temporaryPath, this.path);
    }
  }
}
