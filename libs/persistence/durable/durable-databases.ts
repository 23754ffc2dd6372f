import { Injectable } from '@nestjs/common';
import type { DurableDatabase } from './durable-database';

/** The databases of an app that answers can wait for. One of these per app; each database says itself that it is there. */
@Injectable()
export class DurableDatabases {
  /** Those that an answer marked by `@Durable()` waits for. */
  readonly replicated: DurableDatabase[] = [];
  /** Those that every answer of the app waits for. */
  readonly confirmed: DurableDatabase[] = [];

  add(database: DurableDatabase): void {
    if (!database.replicated) return;
    this.replicated.push(database);
    if (database.settings.durability === 'confirmed') this.confirmed.push(database);
  }
}
