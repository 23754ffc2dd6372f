import { CommitWatch } from './commit-watch';
import type { Frame, FrameOwner } from './frame';
import { FrameStack } from './frame-stack';
import { Gate } from './gate';
import { dataSourceClosed, nestedLeftOpen, transactionLost, waitTimeout } from './isolation-errors';
import { Origin } from './origin';
import { newScope, runInScope } from './scope';
import { isBusy, retryWhileBusy } from './sqlite-busy';
import { isRollback, run, type SqliteConnection, type StatementResult } from './sqlite-connection';
import type { Surroundings } from './surroundings';

/** Enough to get past what lies between the app and here. */
const RAW_DEPTH = 15;

export interface TransactionsParts {
  /** Stays the same when the DataSource is closed and opened anew, so that what began before that is known to be over. */
  readonly dataSource: object;
  readonly writer: SqliteConnection;
  /** Reads for those outside the open transaction; undefined: they wait (database in memory, no WAL). */
  readonly reader: SqliteConnection | undefined;
  readonly surroundings: Surroundings;
  /** How long to try again while another process or connection holds SQLite's lock. */
  readonly busyTimeoutMs: number;
}

/**
 * Who may use the connection that writes, and when. One transaction is open at a time. A statement of its own code runs
 * at once; any other reads on the second connection if it only reads, and else waits until the transaction is over. What
 * is decided is done in the same tick, so that nothing can come between.
 */
export class Transactions {
  readonly frames: FrameStack;
  readonly #dataSource: object;
  readonly #writer: SqliteConnection;
  readonly #reader: SqliteConnection | undefined;
  readonly #surroundings: Surroundings;
  readonly #busyTimeoutMs: number;
  readonly #watch: CommitWatch;
  readonly #gate = new Gate();
  /** On the connection that writes; for messages. */
  #lastSql = '';
  #forgotten: NodeJS.Timeout | undefined;
  #closed = false;

  constructor({ dataSource, writer, reader, surroundings, busyTimeoutMs }: TransactionsParts) {
    this.frames = new FrameStack(dataSource);
    this.#dataSource = dataSource;
    this.#writer = writer;
    this.#reader = reader;
    this.#surroundings = surroundings;
    this.#busyTimeoutMs = busyTimeoutMs;
    this.#watch = new CommitWatch(writer, reader);
  }

  // --- Statements ---------------------------------------------------------------------------------------------------

  /** Runs a statement for the caller when it is its turn: at once where possible. */
  perform(
    owner: FrameOwner,
    sql: string,
    parameters: unknown[],
  ): StatementResult | Promise<StatementResult> {
    this.#look();
    const place = this.frames.locate(owner);
    if (place !== undefined) {
      place.frame.check();
      const { sibling } = place;
      if (sibling !== undefined) {
        return this.#ended(sibling, 'A statement').then(() => {
          // It must not run outside the transaction that it was meant for.
          place.frame.check();
          return this.perform(owner, sql, parameters);
        });
      }
      return this.#performInside(place.frame, owner, sql, parameters);
    }
    if (this.#gate.idle) {
      try {
        return this.#execute(owner, sql, parameters);
      } catch (error) {
        if (!isBusy(error)) throw error;
      }
    } else if (this.#canUseReader(sql)) {
      try {
        return run(this.#reader!.prepare(sql), parameters);
      } catch (error) {
        if (!isBusy(error)) throw error;
      }
    }
    return this.#performInTurn(owner, sql, parameters);
  }

  #performInside(
    frame: Frame,
    owner: FrameOwner,
    sql: string,
    parameters: unknown[],
  ): StatementResult | Promise<StatementResult> {
    try {
      return this.#execute(owner, sql, parameters);
    } catch (error) {
      if (!isBusy(error)) throw error;
      return retryWhileBusy(this.#busyTimeoutMs, () => {
        this.#look();
        frame.check();
        return this.#execute(owner, sql, parameters);
      });
    }
  }

  async #performInTurn(
    owner: FrameOwner,
    sql: string,
    parameters: unknown[],
  ): Promise<StatementResult> {
    await this.#enter('A statement');
    try {
      return await retryWhileBusy(this.#busyTimeoutMs, () => this.#execute(owner, sql, parameters));
    } finally {
      if (this.frames.isEmpty) this.#gate.leave(); // Else it was a BEGIN.
    }
  }

  #canUseReader(sql: string): boolean {
    return (
      this.#reader !== undefined &&
      this.#reader.canRead(sql) &&
      // A temporary table could hide the one that the reader would find.
      run(this.#writer.prepare('SELECT 1 FROM temp.sqlite_master LIMIT 1'), []).records.length === 0
    );
  }

  /** Runs a statement on the connection that writes, and follows what it does to the transaction. */
  #execute(owner: FrameOwner, sql: string, parameters: unknown[]): StatementResult {
    const { handle } = this.#writer;
    const statement = this.#writer.prepare(sql);
    const before = handle.inTransaction;
    this.#lastSql = sql;
    if (!statement.readonly) this.#watch.before(sql);
    let failure: unknown;
    try {
      return run(statement, parameters);
    } catch (error) {
      failure = error;
      throw error;
    } finally {
      const after = handle.inTransaction;
      if (!before && after) this.#adoptRaw(owner);
      else if (before && !after) this.#endedBy(sql, failure);
      else if (!after && !statement.readonly) this.#noteCommit();
    }
  }

  /** BEGIN, or SAVEPOINT where no transaction was open, was sent as a query: it belongs to the query runner that sent it. */
  #adoptRaw(owner: FrameOwner): void {
    this.#gate.tryEnter();
    // oxlint-disable-next-line typescript/unbound-method -- named, not called
    const origin = new Origin(this.perform, RAW_DEPTH);
    this.frames.push(owner, 'manual', newScope(this.#dataSource), origin).started = true;
    this.#begun();
  }

  /** COMMIT or ROLLBACK was sent as a query, or SQLite has ended the transaction because of an error. */
  #endedBy(sql: string, failure: unknown): void {
    const levels = this.frames.levels;
    const [only] = levels;
    if (failure === undefined && levels.length === 1 && only!.kind === 'manual') {
      only!.rolledBack = isRollback(sql);
      this.remove(only!);
    } else {
      const reason =
        failure instanceof Error
          ? `SQLite rolled it back (${failure.message})`
          : `the query "${sql}" ended it`;
      this.#lose(transactionLost(reason, failure), !isRollback(sql) && failure === undefined);
    }
    this.#noteCommit();
  }

  // --- Levels -------------------------------------------------------------------------------------------------------

  /**
   * Begins a new level of the caller, nested if it is in the open transaction; where nobody has to be waited for, at once:
   * each promise on the way would cost as much as the statement. That there is room is found out in the very tick in which
   * it is taken: several may have waited for the same end.
   */
  begin(owner: FrameOwner, origin: Origin | undefined): Frame | Promise<Frame> {
    this.#look();
    const place = this.frames.locate(owner);
    place?.frame.check();
    if (place?.sibling !== undefined) {
      return this.#ended(place.sibling, 'A nested transaction').then(() => {
        place.frame.check();
        return this.begin(owner, origin);
      });
    }
    if (place === undefined && !this.#gate.tryEnter()) {
      return this.#enter('A transaction').then(() => this.#open(owner, origin));
    }
    return this.#open(owner, origin);
  }

  #open(owner: FrameOwner, origin: Origin | undefined): Frame | Promise<Frame> {
    const scope = this.frames.adopting();
    const frame = this.frames.push(
      owner,
      scope?.adopts ?? 'manual',
      scope ?? newScope(this.#dataSource),
      origin,
    );
    const opened = () => {
      frame.started = true;
      if (frame.savepoint !== undefined) frame.kept = this.#watch.kept();
      this.#begun();
      return frame;
    };
    const failed = (error: unknown): never => {
      this.discard(frame);
      throw error;
    };
    try {
      const pending = this.#control(frame, () => {
        if (frame.savepoint !== undefined) return `SAVEPOINT ${frame.savepoint}`;
        // The write lock at once: a transaction that has read cannot be told to wait for it later. Where nothing may be
        // written, reading goes on.
        return this.#surroundings.refusal() === undefined ? 'BEGIN IMMEDIATE' : 'BEGIN';
      });
      return pending === undefined ? opened() : pending.then(opened, failed);
    } catch (error) {
      return failed(error);
    }
  }

  /** An outermost level has begun. */
  #begun(): void {
    const { outermost, innermost } = this.frames;
    const limit = this.#surroundings.limits.transactionTimeoutMs;
    if (outermost === undefined || outermost !== innermost) return;
    this.#surroundings.observe();
    if (limit <= 0) return;
    this.#forgotten = setTimeout(() => {
      const reason = `it was open for longer than transactionTimeoutMs (${limit})`;
      this.#surroundings.warn(`Rolled back ${outermost.describe(this.#lastSql)}.`);
      this.#drop(transactionLost(reason));
    }, limit).unref();
  }

  /** COMMIT or RELEASE, when what was begun inside has ended. TRANSACTION_LEFT_OPEN, and nothing stays, where something has not. */
  commit(frame: Frame): void | Promise<void> {
    const { frames } = this;
    const inner = frames.endingInside(frame);
    if (inner !== undefined) {
      return this.#ended(inner, 'The end of a transaction').then(() => this.commit(frame));
    }
    const committed = () => {
      this.remove(frame);
      if (frame.savepoint === undefined) this.#noteCommit();
    };
    const pending = this.#control(frame, () => {
      if (frames.innermost !== frame) throw nestedLeftOpen();
      return frame.savepoint === undefined ? 'COMMIT' : `RELEASE SAVEPOINT ${frame.savepoint}`;
    });
    return pending === undefined ? committed() : pending.then(committed);
  }

  /** Sees to it that nothing is left of the level, in the database and here. For any state of it. */
  discard(frame: Frame): void {
    const { handle } = this.#writer;
    frame.rolledBack = true;
    if (frame.state === 'open' && frame.kind !== 'hold' && handle.inTransaction) {
      if (frame.savepoint === undefined) handle.exec('ROLLBACK');
      else if (frame.started) {
        handle.exec(`ROLLBACK TO ${frame.savepoint}; RELEASE ${frame.savepoint}`);
        this.#watch.rolledBack(frame.kept);
      }
    }
    this.remove(frame);
  }

  /** Takes the level and all inside it off the stack, and lets the next in when none is left. */
  remove(frame: Frame): void {
    const [found, ...inside] = this.frames.cut(frame);
    for (const inner of inside.reverse()) {
      inner.rolledBack = true;
      inner.end('lost', transactionLost('the transaction around it has ended'));
    }
    if (frame.scope.ownsRunner) frame.owner.spent = frame;
    forget(frame);
    frame.end('closed');
    if (found !== undefined) this.#afterEnd(!frame.rolledBack);
  }

  /** Runs BEGIN, COMMIT and the like, and tries again while another process holds the lock. */
  #control(frame: Frame, choose: () => string): Promise<void> | undefined {
    const attempt = () => {
      this.#look();
      frame.check();
      const sql = choose();
      this.#lastSql = sql;
      const before = this.#writer.handle.inTransaction;
      try {
        run(this.#writer.prepare(sql), []);
      } catch (error) {
        if (before && !this.#writer.handle.inTransaction) this.#endedBy(sql, error);
        throw error;
      }
    };
    try {
      attempt();
      return undefined;
    } catch (error) {
      if (!isBusy(error)) throw error;
      return retryWhileBusy(this.#busyTimeoutMs, attempt);
    }
  }

  /**
   * Runs `work` with nobody else in, for what switches foreign keys off on the connection. What `work` does with this
   * DataSource is let in. Inside an open transaction it is a part of that.
   */
  async exclusively<T>(owner: FrameOwner, work: () => Promise<T>): Promise<T> {
    this.#look();
    const place = this.frames.locate(owner);
    if (place !== undefined) {
      place.frame.check();
      return work();
    }
    // oxlint-disable-next-line typescript/unbound-method -- named, not called
    const origin = new Origin(this.exclusively, RAW_DEPTH);
    await this.#enter('A migration or schema change');
    const scope = newScope(this.#dataSource);
    const hold = this.frames.push(owner, 'hold', scope, origin);
    const { handle } = this.#writer;
    const foreignKeys = handle.pragma('foreign_keys', { simple: true });
    try {
      return await runInScope(scope, work);
    } finally {
      if (handle.open) {
        hold.rolledBack = handle.inTransaction;
        if (handle.inTransaction) handle.exec('ROLLBACK');
        handle.pragma(`foreign_keys = ${Number(foreignKeys)}`);
      }
      this.remove(hold);
    }
  }

  // --- Ends that nobody asked for -----------------------------------------------------------------------------------

  /** Has the database ended the transaction behind our back, because this instance may write no more? */
  #look(): void {
    if (this.#closed) throw dataSourceClosed();
    if (this.#writer.handle.inTransaction) return;
    if (!this.frames.isStarted) return;
    this.#lose(this.#surroundings.refusal() ?? transactionLost('it was rolled back from outside'));
  }

  /** Ends the open transaction, whoever began it. */
  #drop(reason: Error): void {
    if (this.#writer.handle.inTransaction) this.#writer.handle.exec('ROLLBACK');
    this.#lose(reason);
  }

  /** The transaction is gone from the database. Its code finds out by its next statement. */
  #lose(reason: Error, committed = false): void {
    const [outermost] = this.frames.levels;
    if (outermost === undefined) return;
    for (const frame of this.frames.cut(outermost).reverse()) {
      frame.rolledBack = true;
      if (frame.scope.ownsRunner) frame.owner.spent = frame;
      frame.end('lost', reason);
    }
    this.#afterEnd(committed);
  }

  #afterEnd(committed: boolean): void {
    if (this.frames.levels.length === 0) {
      clearTimeout(this.#forgotten);
      if (!committed) this.#watch.changed(); // What is gone does not count for the next commit.
      this.#surroundings.observe();
    }
    if (this.frames.isEmpty) this.#gate.leave();
  }

  /** Takes no new work, gives the open transaction time to end, and then rolls it back. */
  async close(): Promise<void> {
    this.#gate.close(dataSourceClosed());
    // One that was rolled back from outside (the app closes) is not waited for.
    if (!this.#closed) this.#look();
    if (this.frames.current() === undefined) {
      await this.#gate.whenLeft(this.#surroundings.limits.destroyTimeoutMs);
    }
    this.#drop(dataSourceClosed());
    const { outermost: hold } = this.frames;
    if (hold !== undefined)
      for (const each of this.frames.cut(hold)) each.end('lost', dataSourceClosed());
    this.#closed = true;
    this.#reader?.close();
    this.#writer.close();
  }

  // --- Waiting ------------------------------------------------------------------------------------------------------

  async #enter(what: string): Promise<void> {
    if (this.#gate.tryEnter()) return;
    const started = performance.now();
    await this.#gate.enter(this.#surroundings.limits.lockTimeoutMs, () => {
      const holder = this.frames.outermost?.describe(this.#lastSql);
      const others = `the ${this.#gate.waiting} statements before it`;
      return waitTimeout(what, performance.now() - started, holder ?? others);
    });
  }

  #ended(frame: Frame, what: string): Promise<void> {
    const started = performance.now();
    return frame.ended(this.#surroundings.limits.lockTimeoutMs, () =>
      waitTimeout(what, performance.now() - started, frame.describe(this.#lastSql)),
    );
  }

  /** Tells of a commit if something was changed; a statement that failed half-way may have (INSERT OR FAIL). */
  #noteCommit(): void {
    if (this.#watch.changed()) this.#surroundings.onCommit();
  }
}

function forget(frame: Frame): void {
  const { begun } = frame.owner;
  const index = begun.indexOf(frame);
  if (index >= 0) begun.splice(index, 1);
}
