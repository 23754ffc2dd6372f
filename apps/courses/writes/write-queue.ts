import { AsyncLocalStorage } from 'node:async_hooks';
import { Injectable } from '@nestjs/common';
import { SyncService } from 'nestjs-persistence';
import { unavailable } from '../http/refusal';
import { explainSqlite } from './explain-sqlite';

/** Requests that may wait for their turn; about a second of work for SQLite on a small machine. */
export const WAITING_MAX = 1_000;

/**
 * Gives the database connection to one piece of work at a time, first come first served.
 *
 * TypeORM's better-sqlite3 driver has one shared connection: two transactions that run at once end up in one, and a
 * rollback of either takes the rows of the other along. Reads take a turn as well, because on that same connection
 * they would see the half-finished transaction of somebody else.
 *
 * A turn holds local SQLite work only. Waiting for the store (`sync.flush()`) happens after the turn, so that many
 * requests share one upload.
 */
@Injectable()
export class WriteQueue {
  private readonly insideTurn = new AsyncLocalStorage<true>();
  private last: Promise<unknown> = Promise.resolve();
  private waiting = 0;

  constructor(private readonly sync: SyncService) {}

  /**
   * Runs `work` when everything asked for earlier is done, and answers with its result or error.
   *
   * @throws ServiceUnavailableException `WRITE_QUEUE_FULL` at once, with nothing run, when too many wait already;
   *   `DATABASE_BUSY` when another process on this machine kept the database locked
   * @throws PersistenceError `REPLICA_FENCED` or `SHUTTING_DOWN` for a write that this instance may not do any more
   */
  async run<T>(work: () => Promise<T>): Promise<T> {
    if (this.insideTurn.getStore()) {
      throw new Error(
        'A turn of the write queue asked for another turn: it would wait for itself.',
      );
    }
    if (this.waiting >= WAITING_MAX) {
      throw unavailable(
        'WRITE_QUEUE_FULL',
        `${WAITING_MAX} requests wait for the database already.`,
        'Nothing was written. Send the request again in a moment.',
      );
    }
    this.waiting += 1;
    const turn = this.last.then(() => this.insideTurn.run(true, work));
    this.last = turn.then(
      () => this.leave(),
      () => this.leave(),
    );
    return turn.catch((error: unknown) => {
      throw explainSqlite(error, this.sync.status().role);
    });
  }

  private leave(): void {
    this.waiting -= 1;
  }
}
