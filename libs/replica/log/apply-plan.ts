import { isPersistenceError, PersistenceError } from '../../errors';
import type { AppliedFile, RestoreSink } from '../../engine/database-engine';
import type { ObjectStore } from '../../storage/object-store';
import type { Clock } from '../clock';
import { fetchFiles } from './fetch-file';
import type { LogFile } from './inventory';
import type { RestorePlan } from './restore-plan';

const PROGRESS_EVERY_MS = 1_000;

export interface Progress {
  readonly doneBytes: number;
  readonly totalBytes: number;
  readonly elapsedMs: number;
}

/** A file of the plan is damaged or does not continue the one before. */
export class BadFile extends Error {
  constructor(
    readonly file: LogFile,
    cause: PersistenceError,
  ) {
    super(cause.message, { cause });
  }
}

/** Streams the files of a plan into `sink`, in order; resolves to the last one. */
export async function applyPlan(
  source: { readonly store: ObjectStore; readonly clock: Clock },
  plan: RestorePlan,
  sink: RestoreSink,
  onProgress: (progress: Progress) => void = () => undefined,
): Promise<AppliedFile> {
  const begun = source.clock.now();
  const totalBytes = plan.files.reduce((sum, file) => sum + file.size, 0);
  let doneBytes = 0;
  let reported = begun;
  let current: LogFile | null = null;
  let applied: AppliedFile | null = null;
  for await (const { file, chunks, last } of fetchFiles(source.store, plan.files)) {
    try {
      if (current !== file) await sink.beginFile(file);
      current = file;
      for (const chunk of chunks) {
        doneBytes += chunk.length;
        await sink.write(chunk);
      }
      if (last) applied = await sink.endFile();
    } catch (error) {
      throw isPersistenceError(error, 'LTX_INVALID', 'REPLICA_CORRUPT', 'REPLICA_GAP')
        ? new BadFile(file, error)
        : error;
    }
    const now = source.clock.now();
    if (now - reported < PROGRESS_EVERY_MS && !(last && file === plan.files.at(-1))) continue;
    reported = now;
    onProgress({ doneBytes, totalBytes, elapsedMs: now - begun });
  }
  if (!applied) throw new PersistenceError('INTERNAL', 'A restore plan without files.');
  return applied;
}
