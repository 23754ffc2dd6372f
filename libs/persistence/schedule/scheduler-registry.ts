import type { Type } from '@nestjs/common';
import type { ModuleRef } from '@nestjs/core';
import type { CronJob } from './cron';

/** The part of `SchedulerRegistry` that is used here; the same in @nestjs/schedule 5, 6 and 12. */
export interface Registry {
  doesExist(type: 'cron' | 'interval', name: string): boolean;
  addInterval(name: string, timer: NodeJS.Timeout): void;
  addCronJob(name: string, job: CronJob): void;
  deleteInterval(name: string): void;
  deleteCronJob(name: string): void;
}

/**
 * The app's own registry, where it imports `ScheduleModule.forRoot()`; null elsewhere. We never import that module: twice
 * in one app it doubles every job of the app.
 */
export function findRegistry(moduleRef: ModuleRef): Registry | null {
  try {
    // Loaded on use: an app without @nestjs/schedule needs none.
    const { SchedulerRegistry } = require('@nestjs/schedule') as { SchedulerRegistry: Type };
    return moduleRef.get<Registry>(SchedulerRegistry, { strict: false });
  } catch {
    // Neither the package nor the provider has to be there.
    return null;
  }
}
