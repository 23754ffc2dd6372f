import type { Clock } from '../clock';
import type { ReplicaEvent } from '../replica-types';
import type { PlainFile } from './backup-types';

const EVERY_MS = 1_000;

export interface BackupProgress {
  readonly doneBytes: number;
  readonly totalBytes: number;
  readonly elapsedMs: number;
}

/** Picks how far it is out of what a restore reports. */
export function restoreProgress(
  report: (progress: BackupProgress) => void,
): (event: ReplicaEvent) => void {
  return (event) => {
    if (event.type !== 'progress') return;
    const { doneBytes, totalBytes, elapsedMs } = event;
    report({ doneBytes, totalBytes, elapsedMs });
  };
}

/** The same file, which reports now and then how much of it was taken, and gives nothing more once `signal` is aborted. */
export function progressFile(
  file: PlainFile,
  clock: Clock,
  signal: AbortSignal,
  report: (progress: BackupProgress) => void,
): PlainFile {
  const { size, sha256 } = file;
  return {
    size,
    sha256,
    async *open() {
      const begun = clock.now();
      let reported = begun;
      let doneBytes = 0;
      for await (const chunk of file.open()) {
        signal.throwIfAborted();
        yield chunk;
        doneBytes += chunk.length;
        const now = clock.now();
        if (now - reported < EVERY_MS) continue;
        reported = now;
        report({ doneBytes, totalBytes: size, elapsedMs: now - begun });
      }
    },
  };
}
