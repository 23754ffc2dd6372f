import {
  closeSync,
  fsyncSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
import type { WalPosition } from '../database-engine';
import { syncFolder, type FileIdentity } from './local-files';

/** How many places of the log one life remembers; only the newest can still be met. */
const LINES_KEPT = 4;

/** "At this TXID of that writer, the database is the main file and its log up to this position." */
export interface SidecarLine extends WalPosition {
  readonly nodeId: string;
  readonly txid: number;
}

/** The place of a database without a log: the main file alone is its state. */
export const WITHOUT_LOG: WalPosition = {
  salt1: 0,
  salt2: 0,
  offset: 32,
  checksum: '0'.repeat(16),
};

export const isWithoutLog = ({ salt1, salt2 }: WalPosition): boolean => salt1 === 0 && salt2 === 0;

/** What a host remembers of its copy between two lives, in `<database>.persistence.json`. */
export interface SidecarData {
  readonly version: 1;
  readonly lineage: string;
  /** Highest TXID known to be in the store when this was written. */
  readonly stored: number;
  readonly lines: readonly SidecarLine[];
  /** The main file as this library left it. */
  readonly main: FileIdentity | null;
  /** The release that ended the last life, if the main file alone is the state it released. */
  readonly clean: { readonly txid: number } | null;
  /**
   * The main file alone is the state of this entry and commits of this host behind it that were never stored: the last life
   * ended without reaching the store.
   */
  readonly ahead: { readonly nodeId: string; readonly txid: number } | null;
}

/**
 * The sidecar decides whether a kept file may be used, so it is written whole or not at all, and durable before what it
 * says may be relied on. Anything unreadable counts as absent: then the replica is restored.
 */
export class Sidecar {
  readonly path: string;

  constructor(databasePath: string) {
    this.path = `${databasePath}.persistence.json`;
  }

  read(): SidecarData | null {
    try {
      const data: unknown = JSON.parse(readFileSync(this.path, 'utf8'));
      return isSidecarData(data) ? data : null;
    } catch (error) {
      if (error instanceof SyntaxError || (error as NodeJS.ErrnoException).code === 'ENOENT')
        return null;
      throw error;
    }
  }

  write(data: Omit<SidecarData, 'version'>): void {
    const text = JSON.stringify({ version: 1, ...data, lines: data.lines.slice(-LINES_KEPT) });
    const temporaryPath = `${this.path}.tmp`;
    const fd = openSync(temporaryPath, 'w');
    try {
      writeSync(fd, text);
      fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
    renameSync(temporaryPath, this.path);
    syncFolder(dirname(this.path));
  }

  remove(): void {
    rmSync(this.path, { force: true });
    syncFolder(dirname(this.path));
  }
}

function isSidecarData(value: unknown): value is SidecarData {
  const data = value as Partial<SidecarData> | null;
  return (
    typeof data === 'object' &&
    data !== null &&
    data.version === 1 &&
    typeof data.lineage === 'string' &&
    Number.isSafeInteger(data.stored) &&
    Array.isArray(data.lines) &&
    data.lines.every(isLine) &&
    (data.main === null || typeof data.main?.ino === 'string') &&
    (data.clean === null || Number.isSafeInteger(data.clean?.txid)) &&
    (data.ahead === null || Number.isSafeInteger(data.ahead?.txid))
  );
}

function isLine(value: unknown): value is SidecarLine {
  const line = value as Partial<SidecarLine> | null;
  return (
    typeof line === 'object' &&
    line !== null &&
    typeof line.nodeId === 'string' &&
    typeof line.checksum === 'string' &&
    [line.txid, line.salt1, line.salt2, line.offset].every((n) => Number.isSafeInteger(n))
  );
}
