import type {
  BeforeApplicationShutdown,
  OnApplicationBootstrap,
  OnApplicationShutdown,
  OnModuleInit,
} from '@nestjs/common';
import type { DatabaseLife } from '../database/database-life';
import type { Schedule } from '../schedule/schedule';
import { drainBeforeExit } from './exit-drain';
import { drainOnSignals } from './signal-drain';

/**
 * Ties a database's life to the app's: started before the port opens, drained after it has closed. Nest closes no app
 * whose start failed, and nobody closes a script: their databases are drained when the process has nothing left to do.
 */
export class PersistenceLifecycle
  implements OnModuleInit, OnApplicationBootstrap, BeforeApplicationShutdown, OnApplicationShutdown
{
  #ignoreSignals = () => {};
  readonly #ignoreExit: () => void;

  constructor(
    private readonly life: DatabaseLife,
    /** Rejects if TypeORM runs beside us instead of through us. */
    private readonly checkTypeOrm: () => Promise<void>,
    private readonly newSchedule: () => Schedule,
  ) {
    this.#ignoreExit = drainBeforeExit(() => this.life.drain());
  }

  async onModuleInit(): Promise<void> {
    try {
      await this.checkTypeOrm();
    } catch (error) {
      // The app will not start, so nobody closes it: let the next one have the database at once.
      await this.life.drain();
      throw error;
    }
    // With PersistenceModule.typeOrm() this was awaited before TypeORM opened the file.
    await this.life.ready();
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

  beforeApplicationShutdown(): void {
    this.life.closing();
  }

  async onApplicationShutdown(): Promise<void> {
    await this.life.drain();
    this.#ignoreSignals();
    this.#ignoreExit();
  }
}
