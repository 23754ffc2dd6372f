import type { DataSource, QueryRunner } from 'typeorm';
import type { FrameOwner } from './frame';
import { beginWithoutOwner, dataSourceClosed } from './isolation-errors';
import { isolatedManager } from './isolated-manager';
import { isolatedRunner, type IsolatedRunner, type Session } from './isolated-runner';
import { aftermathOf, liveScope, runInScope } from './scope';
import { SqliteConnection, type SqliteHandle } from './sqlite-connection';
import type { Surroundings } from './surroundings';
import { Transactions } from './transactions';
import { classesOf, type InnerDriver } from './typeorm-version';

/** TypeORM's own default. */
const BUSY_TIMEOUT_MS = 5_000;
const STATEMENTS = 100;

/**
 * Makes the transactions of a DataSource on better-sqlite3 isolated from one another and from everything else, in place,
 * before it is initialized. TypeORM has one query runner for all of them, so that what runs beside a transaction is
 * committed or rolled back with it.
 *
 * What happens inside `dataSource.transaction()`, `save()` or a migration joins that by its async context, whatever
 * repository it uses; everybody else waits in the order of arrival, for `lockTimeoutMs` at most.
 */
export function isolate(dataSource: DataSource, surroundings: Surroundings): void {
  const driver = dataSource.driver as InnerDriver;
  const { Manager: BaseManager, Runner: BaseRunner } = classesOf(dataSource);
  let transactions: Transactions | undefined;
  const session: Session = {
    dataSource,
    surroundings,
    get isOpen() {
      return transactions !== undefined;
    },
    get transactions() {
      if (transactions === undefined) throw dataSourceClosed();
      return transactions;
    },
  };
  surroundings.addContext({
    current: () => transactions?.frames.current(),
    ofRequest: () => transactions?.frames.ofRequest(),
  });

  const initialize = dataSource.initialize.bind(dataSource);
  // What a transaction has left behind that was open when the DataSource was closed may call it, too.
  dataSource.initialize = () =>
    liveScope() === undefined ? initialize() : runInScope(aftermathOf(dataSource), initialize);

  const Runner = isolatedRunner(BaseRunner, session);
  driver.createQueryRunner = () => new Runner(driver);
  driver.connect = async () => {
    transactions = await connect(dataSource, surroundings);
  };
  driver.disconnect = async () => {
    await transactions?.close();
    transactions = undefined;
  };

  const Manager = isolatedManager(BaseManager, session);
  Object.setPrototypeOf(dataSource.manager, Manager.prototype);
  dataSource.createEntityManager = (runner?: QueryRunner) => new Manager(dataSource, runner);
  refuseBegin(dataSource);
  keepOthersOut(dataSource, session);
}

async function connect(dataSource: DataSource, surroundings: Surroundings): Promise<Transactions> {
  const driver = dataSource.driver as InnerDriver;
  const { statementCacheSize = STATEMENTS, timeout = BUSY_TIMEOUT_MS } = driver.options;
  const handle = await driver.createDatabaseConnection();
  let reader: SqliteHandle | undefined;
  try {
    neverBlock(handle);
    if (canHaveReader(handle)) {
      reader = neverBlock(await driver.createDatabaseConnection());
      reader.pragma('query_only = 1');
    }
    const transactions = new Transactions({
      dataSource,
      writer: new SqliteConnection(handle, statementCacheSize),
      reader: reader && new SqliteConnection(reader, statementCacheSize),
      surroundings,
      busyTimeoutMs: timeout,
    });
    driver.databaseConnection = handle;
    surroundings.adopt(handle);
    return transactions;
  } catch (error) {
    reader?.close();
    handle.close();
    throw error;
  }
}

/** SQLite would wait for a lock with the event loop blocked. */
function neverBlock(handle: SqliteHandle): SqliteHandle {
  handle.pragma('busy_timeout = 0');
  return handle;
}

/** A second connection sees the same database, and neither blocks the other. */
function canHaveReader(handle: SqliteHandle): boolean {
  return (
    !handle.memory &&
    !handle.readonly &&
    handle.pragma('journal_mode', { simple: true }) === 'wal' &&
    handle.pragma('locking_mode', { simple: true }) === 'normal'
  );
}

/** Each call of `dataSource.query()` has a query runner of its own, so that a BEGIN sent by it could never be ended. */
function refuseBegin(dataSource: DataSource): void {
  const query = dataSource.query.bind(dataSource);
  // oxlint-disable-next-line typescript/no-explicit-any -- TypeORM's own type
  dataSource.query = async <T = any>(
    sql: string,
    // oxlint-disable-next-line typescript/no-explicit-any -- TypeORM's own type
    parameters?: any[],
    given?: QueryRunner,
  ): Promise<T> => {
    if (given !== undefined) return query<T>(sql, parameters, given);
    const runner = dataSource.createQueryRunner() as IsolatedRunner;
    try {
      const result = await query<T>(sql, parameters, runner);
      if (runner.begun.length > 0) throw beginWithoutOwner();
      return result;
    } finally {
      await runner.release();
    }
  };
}

/** While TypeORM changes the schema foreign keys are not looked at, so that nobody else may write. */
function keepOthersOut(dataSource: DataSource, session: Session): void {
  const alone = <T>(work: () => Promise<T>): Promise<T> => {
    if (!session.isOpen) return work(); // TypeORM says it.
    const nobody: FrameOwner = { begun: [], spent: undefined };
    return session.transactions.exclusively(nobody, work);
  };
  const { driver } = dataSource;
  const createSchemaBuilder = driver.createSchemaBuilder.bind(driver);
  driver.createSchemaBuilder = () => {
    const builder = createSchemaBuilder();
    const build = builder.build.bind(builder);
    builder.build = () => alone(build);
    return builder;
  };
  const runMigrations = dataSource.runMigrations.bind(dataSource);
  dataSource.runMigrations = (options) => alone(() => runMigrations(options));
  const undoLastMigration = dataSource.undoLastMigration.bind(dataSource);
  dataSource.undoLastMigration = (options) => alone(() => undoLastMigration(options));
}
