import type { WriteStream } from 'node:tty';
import { formatBytes } from './access';

const CELLS = 24;
const CLEAR_LINE = '\r\u001B[2K';

/** One line of a terminal that is drawn again and again. */
export class ProgressBar {
  #shown = false;

  constructor(private readonly terminal: WriteStream) {}

  show(doneBytes: number, totalBytes: number, elapsedMs: number): void {
    const line = progressLine(doneBytes, totalBytes, elapsedMs);
    this.terminal.write(`${CLEAR_LINE}${line.slice(0, Math.max(10, this.terminal.columns - 1))}`);
    this.#shown = true;
  }

  clear(): void {
    if (this.#shown) this.terminal.write(CLEAR_LINE);
    this.#shown = false;
  }
}

/** `[########----------------]  33 %  1.2 MB of 3.6 MB  12 MB/s`. */
export function progressLine(doneBytes: number, totalBytes: number, elapsedMs: number): string {
  const share = totalBytes === 0 ? 1 : Math.min(1, doneBytes / totalBytes);
  const full = Math.floor(share * CELLS);
  const bar = '#'.repeat(full) + '-'.repeat(CELLS - full);
  const percent = String(Math.floor(share * 100)).padStart(3);
  const rate = elapsedMs > 0 ? `  ${formatBytes((1_000 * doneBytes) / elapsedMs)}/s` : '';
  return `[${bar}] ${percent} %  ${formatBytes(doneBytes)} of ${formatBytes(totalBytes)}${rate}`;
}
