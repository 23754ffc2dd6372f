import { createRequire } from 'node:module';
import { PersistenceError } from '../../errors';

/** The part of a `CronJob` that is used here. */
export interface CronJob {
  start(): void;
  stop(): unknown;
  nextDates(count: number): { toMillis(): number }[];
}

interface CronPackage {
  readonly CronJob: {
    from(options: {
      cronTime: string;
      onTick: () => void;
      start: boolean;
      unrefTimeout: boolean;
    }): CronJob;
  };
}

/**
 * A job that is not started yet and keeps no process alive. PACKAGE_MISSING without @nestjs/schedule, which brings the cron
 * package; OPTION_INVALID for an expression that it does not understand.
 */
export function cronJob(expression: string, onTick: () => void): CronJob {
  const { CronJob: Job } = loadCron();
  try {
    return Job.from({ cronTime: expression, onTick, start: false, unrefTimeout: true });
  } catch (cause) {
    throw new PersistenceError('OPTION_INVALID', 'The option "backupCron" is no cron expression.', {
      cause,
      hint: 'Correct backupCron (PERSISTENCE_BACKUP_CRON), for example "0 3 * * *" for every night at three, or use backupIntervalMs.',
    });
  }
}

/** Time between the next two ticks (ms). */
export function periodOf(job: CronJob): number {
  const [first, second] = job.nextDates(2);
  return first && second ? Math.max(0, second.toMillis() - first.toMillis()) : 0;
}

function loadCron(): CronPackage {
  try {
    // It is a dependency of that package, which need not be visible from here.
    const requireThere = createRequire(require.resolve('@nestjs/schedule'));
    return requireThere('cron') as CronPackage;
  } catch (cause) {
    throw new PersistenceError(
      'PACKAGE_MISSING',
      'A backup by cron expression needs @nestjs/schedule.',
      { cause, hint: 'npm install @nestjs/schedule, or use backupIntervalMs.' },
    );
  }
}
