import { closeSync, fsyncSync, openSync, renameSync, statSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { PersistenceError } from '../../errors';
import type { PlainFilePart, RestoredDatabase } from '../database-engine';
import { connect, findDamage } from './connection';
import { removeDatabase, syncFolder, temporary } from './local-files';
import { databaseError } from './sqlite-errors';

/** Takes in a plain database file and its journals, as a program left them elsewhere. */
export class ReceiveSession {
  private readonly temporaryPath: string;
  private readonly files = new Map<PlainFilePart, number>();

  constructor(
    private readonly path: string,
    id: string,
  ) {
    this.temporaryPath = temporary(path, 'restoring', id);
    removeDatabase(this.temporaryPath);
  }

  write(part: PlainFilePart, bytes: Uint8Array): void {
    let fd = this.files.get(part);
    if (fd === undefined) {
      fd = openSync(this.temporaryPath + part, 'wx');
      this.files.set(part, fd);
    }
    for (let done = 0; done < bytes.length;) done += writeSync(fd, bytes, done);
  }

  finish(makeRoom: () => string | null): RestoredDatabase {
    this.closeFiles();
    this.recover();
    const setAside = makeRoom();
    renameSync(this.temporaryPath, this.path);
    syncFolder(dirname(this.path));
    return { path: this.path, size: statSync(this.path).size, setAside };
  }

  abort(): void {
    this.closeFiles();
    removeDatabase(this.temporaryPath);
  }

  /** Opening it makes SQLite play its journals in; closing it leaves one file, synced. */
  private recover(): void {
    try {
      const connection = connect(this.temporaryPath);
      try {
        const damage = findDamage(connection);
        if (damage !== null)
          throw new PersistenceError(
            'DATABASE_CORRUPT',
            `SQLite finds the file damaged: ${damage}.`,
          );
        connection.pragma('synchronous = FULL');
      } finally {
        connection.close();
      }
    } catch (error) {
      throw databaseError(error, this.path);
    }
  }

  private closeFiles(): void {
    for (const fd of this.files.values()) {
      fsyncSync(fd);
      closeSync(fd);
    }
    this.files.clear();
  }
}
