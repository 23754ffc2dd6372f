import type { PersistenceError } from '../../../errors';
import type { TransactionContext } from '../../durable/open-transaction';
import type { AppConnection } from '../app-connections';

/** Every wait of an isolated DataSource ends by one of these. */
export interface IsolationLimits {
  /** How long a statement or transaction waits for the one that is open. */
  readonly lockTimeoutMs: number;
  /** A transaction that is open for longer is rolled back; 0: never. */
  readonly transactionTimeoutMs: number;
  /** How long `destroy()` lets an open transaction finish. */
  readonly destroyTimeoutMs: number;
}

/** What an isolated DataSource needs of the database that it opens. Nothing here may throw. */
export interface Surroundings {
  readonly limits: IsolationLimits;
  /** Takes in the one connection that writes. It may end writing on it: ROLLBACK and `query_only`. */
  adopt(connection: AppConnection): void;
  /** Takes in what knows who is inside a transaction. */
  addContext(context: TransactionContext): void;
  /** Why nothing may be written any more; undefined while writing is allowed. */
  refusal(): PersistenceError | undefined;
  /** Once for every commit that changed something, in the tick in which SQLite made it. */
  onCommit(): void;
  /** At the begin and at the end of every transaction. */
  observe(): void;
  /** For what nobody can be told by an error. */
  warn(text: string): void;
}
