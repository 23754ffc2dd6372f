import { DEFAULT_NAME } from '../module/default-name';
import type { PersistenceSettings } from '../module/settings';
import { cronJob } from './cron';
import { type Rhythm, type ScheduledTask, taskName } from './scheduled-task';

const MAINTENANCE_EVERY_MS = 30_000;
/** An app that is deployed more often than it is backed up gets a backup all the same. */
const FIRST_BACKUP_AFTER_MS = 300_000;

export interface DatabaseWork {
  /** Makes the backup if there is something new. */
  backup(): Promise<unknown>;
  /** Folds what was stored and deletes what is covered; undefined where there is nothing of that kind. */
  readonly maintain?: (signal: AbortSignal) => Promise<unknown>;
}

/** What is done now and then for one database. Rejects a cron expression that cannot be followed. */
export function databaseTasks(settings: PersistenceSettings, work: DatabaseWork): ScheduledTask[] {
  const name = (what: string) => taskName(what, settings.name, DEFAULT_NAME);
  const { maintain } = work;
  const tasks: ScheduledTask[] = [];
  const rhythm = backupRhythm(settings);
  if (rhythm !== null) {
    const firstAfterMs = FIRST_BACKUP_AFTER_MS;
    tasks.push({ name: name('backup'), rhythm, firstAfterMs, run: () => work.backup() });
  }
  if (maintain !== undefined) {
    const every = { everyMs: MAINTENANCE_EVERY_MS };
    tasks.push({ name: name('maintenance'), rhythm: every, run: maintain });
  }
  return tasks;
}

function backupRhythm({ backupCron, backupIntervalMs }: PersistenceSettings): Rhythm | null {
  if (backupCron !== undefined) {
    cronJob(backupCron, () => undefined);
    return { cron: backupCron };
  }
  return backupIntervalMs > 0 ? { everyMs: backupIntervalMs } : null;
}
