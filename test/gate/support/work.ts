import { Inject, Injectable } from '@nestjs/common';
import { SyncService } from 'nestjs-persistence';
import { Subject } from 'rxjs';
import { DataSource, type EntityManager } from 'typeorm';
import { Note } from '../../journeys/support/note.entity';

/** What the handlers have in common, and share with the test. */
@Injectable()
export class Work {
  /** What handlers that wait wait for. */
  gate: Promise<void> = Promise.resolve();
  readonly events = new Subject<number>();
  seen: unknown;
  /** A file to send. */
  file = '';

  constructor(
    @Inject(DataSource) private readonly source: DataSource,
    @Inject(SyncService) readonly sync: SyncService,
  ) {}

  /** Something to wait for. */
  async commit(): Promise<void> {
    await this.source.getRepository(Note).save({ text: 'a' });
  }

  transaction<T>(work: (manager: EntityManager) => Promise<T>): Promise<T> {
    return this.source.transaction(async (manager) => {
      await manager.save(Note, { text: 'inside' });
      return work(manager);
    });
  }
}
