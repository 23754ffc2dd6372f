/** When a task runs: once per so many ms, or by a cron expression in the time zone of the process. */
export type Rhythm = { readonly everyMs: number } | { readonly cron: string };

/** Work that is done now and then beside the app. */
export interface ScheduledTask {
  /** Shown in `SchedulerRegistry`: `persistence:backup`. */
  readonly name: string;
  readonly rhythm: Rhythm;
  /** The first run, where the rhythm would let it wait longer (ms). */
  readonly firstAfterMs?: number;
  /**
   * Does it once; never while the run before is still under way. What it rejects with has been reported by whoever does the
   * work, and is passed over here.
   */
  run(signal: AbortSignal): Promise<unknown>;
}

/** For every database but the default one the names carry its name. */
export function taskName(what: string, database: string, defaultName: string): string {
  return database === defaultName ? `persistence:${what}` : `persistence:${what}:${database}`;
}
