import { createReadStream } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import path from 'node:path';
import type { DatabaseEngine } from '../../engine/database-engine';
import type { BackupScratch, PlainFile } from '../../replica';
import { leaveWalMode } from './leave-wal-mode';
import { measureFile, spoolFile } from './measure-file';

const CHUNK_BYTES = 256 * 1024;

/**
 * A folder of its own beside the database, where there is room for it. The host lock of the database makes it this
 * process's alone.
 */
export class ScratchFolder implements BackupScratch {
  readonly #folder: string;
  #spools = 0;

  constructor(
    database: string,
    private readonly newEngine: (file: string) => DatabaseEngine,
  ) {
    this.#folder = `${database}.backup.tmp`;
  }

  async begin(): Promise<void> {
    await this.clear();
    await mkdir(this.#folder, { recursive: true });
  }

  engine(): DatabaseEngine {
    return this.newEngine(this.#restored);
  }

  async restored(): Promise<PlainFile> {
    const file = this.#restored;
    await leaveWalMode(file);
    return plainFile(file, await measureFile(file));
  }

  async spool(bytes: AsyncIterable<Uint8Array>): Promise<PlainFile> {
    const file = path.join(this.#folder, `spool-${(this.#spools += 1)}`);
    return plainFile(file, await spoolFile(file, bytes));
  }

  async clear(): Promise<void> {
    await rm(this.#folder, { recursive: true, force: true });
  }

  get #restored(): string {
    return path.join(this.#folder, 'restored.db');
  }
}

function plainFile(file: string, measured: Omit<PlainFile, 'open'>): PlainFile {
  return { ...measured, open: () => createReadStream(file, { highWaterMark: CHUNK_BYTES }) };
}
