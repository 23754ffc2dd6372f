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

/** Parts that may be on their way to the engine. */
const PARTS_IN_FLIGHT = 4;

interface PartInFlight {
  readonly file: LogFile;
  readonly bytes: number;
  readonly applied: Promise<AppliedFile | null>;
}

/** Streams the files of a plan into `sink`, in order; resolves to the last one. */
export async function applyPlan(
  source: { readonly store: ObjectStore; readonly clock: Clock },
  plan: RestorePlan,
  sink: RestoreSink,
  onProgress: (progress: Progress) => void = () => undefined,
): Promise<AppliedFile> {
  const progress = new ProgressReport(plan, source.clock, onProgress);
  const inFlight: PartInFlight[] = [];
  let last: AppliedFile | null = null;
  const settle = async (): Promise<void> => {
    const { file, bytes, applied } = inFlight.shift()!;
    last = (await orBadFile(file, applied)) ?? last;
    progress.add(bytes);
  };
  for await (const part of fetchFiles(source.store, plan.files)) {
    if (inFlight.length >= PARTS_IN_FLIGHT) await settle();
    const bytes = part.chunks.reduce((sum, chunk) => sum + chunk.length, 0);
    const applied = sink.write(part);
    // Its failure is met in order; meanwhile it must not count as unhandled.
    applied.catch(() => undefined);
    inFlight.push({ file: part.file, bytes, applied });
  }
  while (inFlight.length > 0) await settle();
  if (!last) throw new PersistenceError('INTERNAL', 'A restore plan without files.');
  return last;
}

async function orBadFile(
  file: LogFile,
  applied: PartInFlight['applied'],
): Promise<AppliedFile | null> {
  try {
    return await applied;
  } catch (error) {
    const bad = isPersistenceError(error, 'LTX_INVALID', 'REPLICA_CORRUPT', 'REPLICA_GAP');
    throw bad ? new BadFile(file, error) : error;
  }
}

/** Says how far a restore is, now and then and at its end. */
class ProgressReport {
  private readonly begun: number;
  private readonly totalBytes: number;
  private doneBytes = 0;
  private reported: number;

  constructor(
    plan: RestorePlan,
    private readonly clock: Clock,
    private readonly onProgress: (progress: Progress) => void,
  ) {
    this.begun = clock.now();
    this.reported = this.begun;
    this.totalBytes = plan.files.reduce((sum, file) => sum + file.size, 0);
  }

  add(bytes: number): void {
    this.doneBytes += bytes;
    const now = this.clock.now();
    if (now - this.reported < PROGRESS_EVERY_MS && this.doneBytes < this.totalBytes) return;
    this.reported = now;
    this.onProgress({
      doneBytes: this.doneBytes,
      totalBytes: this.totalBytes,
      elapsedMs: now - this.begun,
    });
  }
}
