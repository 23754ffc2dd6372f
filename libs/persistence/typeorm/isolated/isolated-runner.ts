import type { DataSource } from 'typeorm';
import type { BetterSqlite3Driver } from 'typeorm/driver/better-sqlite3/BetterSqlite3Driver.js';
import type { BetterSqlite3QueryRunner } from 'typeorm/driver/better-sqlite3/BetterSqlite3QueryRunner.js';
import type { IsolationLevel } from 'typeorm/driver/types/IsolationLevel.js';
import { isPersistenceError } from '../../../errors';
import type { Frame, FrameOwner, Scope } from './frame';
import { isolatedBroadcaster } from './isolated-broadcaster';
import { Origin } from './origin';
import { keepContexts, releaseContexts } from './scope';
import type { StatementResult } from './sqlite-connection';
import type { Surroundings } from './surroundings';
import type { Transactions } from './transactions';
import {
  type BroadcasterClass,
  defaultIsolation,
  isolationLevels,
  type RunnerClass,
} from './typeorm-version';

/** One DataSource, as its query runners and managers share it. */
export interface Session {
  readonly dataSource: DataSource;
  readonly surroundings: Surroundings;
  /** DATA_SOURCE_CLOSED where it is not open. */
  readonly transactions: Transactions;
  readonly isOpen: boolean;
}

export interface IsolatedRunner extends BetterSqlite3QueryRunner, FrameOwner {
  readonly session: Session;
  begin(isolation: string | undefined, origin: Origin | undefined): Promise<Frame>;
  commit(frame: Frame): Promise<void>;
  rollback(frame: Frame): Promise<void>;
  /** Where subscribers stand that it calls while a transaction of its own is open. */
  scopeByHand(): Scope | undefined;
}

/** TypeORM types the parameters of each event by themselves. */
interface QueryBroadcaster {
  broadcast(event: 'AfterQuery', ...parameters: unknown[]): Promise<void>;
}

export type IsolatedRunnerClass = new (driver: BetterSqlite3Driver) => IsolatedRunner;

/**
 * A query runner of its own for each operation, as TypeORM's other drivers have it. All it holds is the transaction that
 * it began, so that between transactions it may be kept, or forgotten, without harm.
 */
export function isolatedRunner(Base: RunnerClass, session: Session): IsolatedRunnerClass {
  const { dataSource } = session;
  const errors = require('typeorm') as typeof import('typeorm');
  let Broadcaster: BroadcasterClass | undefined;

  class Runner extends Base implements FrameOwner {
    readonly begun: Frame[] = [];
    spent: Frame | undefined;
    readonly session = session;

    constructor(driver: BetterSqlite3Driver) {
      super(driver);
      Broadcaster ??= isolatedBroadcaster(this.broadcaster.constructor as BroadcasterClass);
      this.broadcaster = new Broadcaster(this);
    }

    // --- Statements -------------------------------------------------------------------------------------------------

    // oxlint-disable-next-line typescript/no-explicit-any -- TypeORM's own type
    override async query(sql: string, parameters: any[] = [], structured = false): Promise<any> {
      this.checkUsable();
      const values: unknown[] = parameters.map((value: unknown) =>
        // better-sqlite3 binds no booleans.
        typeof value === 'boolean' ? Number(value) : value,
      );
      const result = await this.reported(sql, values, () =>
        session.transactions.perform(this, sql, values),
      );
      return structured ? asQueryResult(result) : result.raw;
    }

    /** Logs and broadcasts around `work` as TypeORM's own query() does; its errors become TypeORM's. */
    async reported<T extends { raw: unknown } | void>(
      sql: string,
      parameters: unknown[],
      work: () => T | Promise<T>,
    ): Promise<T> {
      const { logger, options } = dataSource;
      logger.logQuery(sql, parameters, this);
      if (this.isWatched) await this.broadcaster.broadcast('BeforeQuery', sql, parameters);
      const startedAt = Date.now();
      try {
        const pending = work();
        const result = pending instanceof Promise ? await pending : pending;
        const tookMs = Date.now() - startedAt;
        const { maxQueryExecutionTime } = options;
        if (maxQueryExecutionTime && tookMs > maxQueryExecutionTime) {
          logger.logQuerySlow(tookMs, sql, parameters, this);
        }
        if (this.isWatched) {
          await this.told(sql, parameters, true, tookMs, result?.raw, undefined);
        }
        return result;
      } catch (raw) {
        if (raw instanceof SubscriberFailure) throw raw.cause;
        const error = this.explained(raw, sql, parameters);
        logger.logQueryError(error, sql, parameters, this);
        if (this.isWatched) {
          await this.told(sql, parameters, false, undefined, undefined, raw);
        }
        throw error;
      }
    }

    private async told(...event: unknown[]): Promise<void> {
      const broadcaster = this.broadcaster as unknown as QueryBroadcaster;
      try {
        await broadcaster.broadcast('AfterQuery', ...event);
      } catch (cause) {
        throw new SubscriberFailure('', { cause });
      }
    }

    /** Ours says that nothing was run, SQLite's that it failed. */
    private explained(error: unknown, sql: string, parameters: unknown[]): Error {
      if (isPersistenceError(error)) return error;
      const { code } = error as { code?: unknown };
      const refusal = code === 'SQLITE_READONLY' ? session.surroundings.refusal() : undefined;
      return refusal ?? new errors.QueryFailedError(sql, parameters, error as Error);
    }

    // TypeORM 1 reads these past query(), and so past everybody's turn.
    protected override async loadPragmaRecords(
      tablePath: string,
      pragma: string,
    ): Promise<unknown[]> {
      const [database, table] = this.splitTablePath(tablePath);
      const sql = `PRAGMA ${database ? `"${database}".` : ''}${pragma}("${table}")`;
      const { records } = await session.transactions.perform(this, sql, []);
      return records;
    }

    private checkUsable(): void {
      if (!this.isReleased) return;
      this.spent?.check();
      throw new errors.QueryRunnerAlreadyReleasedError();
    }

    // --- Transactions -----------------------------------------------------------------------------------------------

    override async startTransaction(isolation?: IsolationLevel): Promise<void> {
      const { transactions } = session;
      // oxlint-disable-next-line typescript/unbound-method -- named, not called
      const callee = Runner.prototype.startTransaction;
      await this.begin(
        isolation,
        transactions.frames.adopting()?.adopts === 'implicit' ? undefined : new Origin(callee),
      );
    }

    override async commitTransaction(): Promise<void> {
      await this.commit(this.toEnd());
    }

    override async rollbackTransaction(): Promise<void> {
      await this.rollback(this.toEnd());
    }

    /** There are subscribers; where there are none TypeORM would build its events all the same. */
    private get isWatched(): boolean {
      return dataSource.subscribers.length > 0;
    }

    private toEnd(): Frame {
      const frame = session.transactions.frames.begunBy(this);
      if (frame === undefined) throw new errors.TransactionNotStartedError();
      return frame;
    }

    async begin(given: string | undefined, origin: Origin | undefined): Promise<Frame> {
      this.checkUsable();
      const { transactions } = session;
      const isolation = given ?? defaultIsolation(dataSource);
      this.checkIsolation(isolation);
      if (this.isWatched) await this.broadcaster.broadcast('BeforeTransactionStart');
      const depth = transactions.frames.depth(this);
      if (isolation !== undefined && depth === 0) {
        await this.query(`PRAGMA read_uncommitted = ${isolation === 'READ UNCOMMITTED'}`);
      }
      const sql = depth === 0 ? 'BEGIN TRANSACTION' : `SAVEPOINT typeorm_${depth}`;
      let frame: Frame | undefined;
      try {
        await this.reported(sql, [], () => {
          const begun = transactions.begin(this, origin);
          if (!(begun instanceof Promise)) return void (frame = begun);
          return begun.then((late) => void (frame = late));
        });
        if (this.isWatched) await this.broadcaster.broadcast('AfterTransactionStart');
        return frame!;
      } catch (error) {
        if (frame !== undefined) transactions.discard(frame);
        throw error;
      }
    }

    private checkIsolation(level: string | undefined): void {
      const levels = isolationLevels(this.driver);
      if (level === undefined || levels.includes(level)) return;
      throw new errors.TypeORMError(
        `SQLite has the isolation levels ${levels.join(' and ')}, not ${level}.`,
      );
    }

    async commit(frame: Frame): Promise<void> {
      if (frame.rolledBack) frame.check(); // Together with the one around it, while its code went on.
      if (frame.state === 'closed') throw new errors.TransactionNotStartedError();
      if (this.isWatched) await this.broadcaster.broadcast('BeforeTransactionCommit');
      const { savepoint } = frame;
      const sql = savepoint === undefined ? 'COMMIT' : `RELEASE SAVEPOINT ${savepoint}`;
      await this.reported(sql, [], () => session.transactions.commit(frame));
      if (this.isWatched) await this.tellOfEnd('AfterTransactionCommit');
    }

    async rollback(frame: Frame): Promise<void> {
      if (frame.state === 'closed') throw new errors.TransactionNotStartedError();
      const { savepoint } = frame;
      const sql = savepoint === undefined ? 'ROLLBACK' : `ROLLBACK TO SAVEPOINT ${savepoint}`;
      try {
        if (this.isWatched) await this.broadcaster.broadcast('BeforeTransactionRollback');
        await this.reported(sql, [], () => session.transactions.discard(frame));
      } finally {
        session.transactions.discard(frame);
      }
      if (this.isWatched) await this.tellOfEnd('AfterTransactionRollback');
    }

    private async tellOfEnd(
      event: 'AfterTransactionCommit' | 'AfterTransactionRollback',
    ): Promise<void> {
      keepContexts(); // That it is over is known by the context, too.
      try {
        await this.broadcaster.broadcast(event);
      } finally {
        releaseContexts();
      }
    }

    scopeByHand(): Scope | undefined {
      return this.begun.length === 0 ? undefined : session.transactions.frames.begunBy(this)?.scope;
    }

    /** Commits what it began, as TypeORM's `await using` does. */
    override async [Symbol.asyncDispose](): Promise<void> {
      try {
        for (let frame = this.begun.at(-1); frame !== undefined; frame = this.begun.at(-1)) {
          await this.commit(frame);
        }
      } finally {
        await this.release();
      }
    }

    /** Ends it, and rolls back a transaction that it began and left open. */
    override async release(): Promise<void> {
      await super.release();
      this.isReleased = true;
      const [left] = this.begun;
      if (left === undefined || !session.isOpen) return;
      if (left.state === 'open') {
        session.surroundings.warn(
          'A query runner was released with its transaction open; the transaction was rolled back.',
        );
      }
      session.transactions.discard(left);
    }

    // --- Schema -----------------------------------------------------------------------------------------------------

    override clearDatabase(database?: string): Promise<void> {
      return session.transactions.exclusively(this, () => super.clearDatabase(database));
    }
  }

  // TypeORM has these as fields and assigns them; here they follow from who is in which transaction.
  Object.defineProperties(Runner.prototype, {
    isTransactionActive: {
      get(this: IsolatedRunner) {
        return session.isOpen && session.transactions.frames.depth(this) > 0;
      },
      set() {},
    },
    transactionDepth: {
      get(this: IsolatedRunner) {
        return session.isOpen ? session.transactions.frames.depth(this) : 0;
      },
      set() {},
    },
  });
  return Runner;

  function asQueryResult({ raw, records, affected }: StatementResult): unknown {
    return Object.assign(
      new errors.QueryResult(),
      { raw, records },
      affected === undefined ? {} : { affected },
    );
  }
}

/** Carries the error of a subscriber past the place where errors of statements are explained. */
class SubscriberFailure extends Error {}
