import type { OnApplicationBootstrap, OnApplicationShutdown, OnModuleInit } from '@nestjs/common';
import type { DatabaseLife } from '../database/database-life';
import type { Schedule } from '../schedule/schedule';
import { drainOnSignals } from './signal-drain';

/** Ties a database's life to the app's: started before the port opens, drained after it has closed. */
export class PersistenceLifecycle
  implements OnModuleInit, OnApplicationBootstrap, OnApplicationShutdown
{
  #ignoreSignals = () => {};

  constructor(
    private readonly life: DatabaseLife,
    /** Throws if TypeORM runs beside us instead of through us. */
    private readonly checkTypeOrm: () => void,
    private readonly newSchedule: () => Schedule,
  ) {}

  async onModuleInit(): Promise<void> {
    // With TypeORM this was awaited before it opened the file.
    await this.life.ready();
    try {
      this.checkTypeOrm();
    } catch (error) {
      // The app will not start, so nobody closes it: let the next one have the database at once.
      await this.life.drain();
      throw error;
    }
  }

  onApplicationBootstrap(): void {
    const { settings } = this.life;
    const schedule = this.newSchedule();
    schedule.start();
    this.life.beforeRelease(() => schedule.stop());
    if (settings.drainOnSignal && this.life.replicated) {
      this.#ignoreSignals = drainOnSignals(() => this.life.drain());
    }
  }

  async onApplicationShutdown(): Promise<void> {
    await this.life.drain();
    this.#ignoreSignals();
  }
}
