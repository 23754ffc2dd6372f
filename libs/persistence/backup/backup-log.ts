import type { BackupEvent } from '../../replica';
import { errorLine, type LineLog } from '../log/event-log';
import { formatBytes, formatDuration } from '../log/units';

/** How often a long backup says how far it is. */
const PROGRESS_EVERY_MS = 10_000;

/** Turns what backups report into lines that a person can follow. */
export class BackupLog {
  #nextProgressMs = PROGRESS_EVERY_MS;

  constructor(private readonly lines: LineLog) {}

  write(event: BackupEvent): void {
    switch (event.type) {
      case 'backup-progress':
        return this.#progress(event);
      case 'backup-foreign':
        return this.lines.warn(
          `${event.key} was not ours: it is kept as ${event.keptAs}, and the backup takes its place.`,
        );
      case 'backup-stored': {
        const { key, bytes, txid, durationMs } = event.result;
        this.#nextProgressMs = PROGRESS_EVERY_MS;
        return this.lines.log(
          `Backup stored: ${key}, ${formatBytes(bytes)} at TXID ${txid}, in ${formatDuration(durationMs)}.`,
        );
      }
      case 'backup-failed':
        return this.#failed(event);
      case 'backup-recovered':
        return this.lines.log('Backups work again.');
    }
  }

  #progress(event: Extract<BackupEvent, { type: 'backup-progress' }>): void {
    if (event.elapsedMs < this.#nextProgressMs) return;
    this.#nextProgressMs = event.elapsedMs + PROGRESS_EVERY_MS;
    const percent = Math.floor((100 * event.doneBytes) / Math.max(1, event.totalBytes));
    this.lines.log(`Backup, ${event.doing}: ${percent} % of ${formatBytes(event.totalBytes)}.`);
  }

  #failed({ error, attempt }: Extract<BackupEvent, { type: 'backup-failed' }>): void {
    this.#nextProgressMs = PROGRESS_EVERY_MS;
    // Attempts 1, 2, 4, 8, ...: they fail for as long as a store is away.
    if ((attempt & (attempt - 1)) !== 0) return;
    this.lines.warn(`The backup failed (attempt ${attempt}). ${errorLine(error)}`);
  }
}
