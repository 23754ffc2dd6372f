import { isPersistenceError, PersistenceError } from '../../errors';
import { formatDuration } from '../log/units';
import type { DurableDatabase } from './durable-database';
import type { OpenTransaction } from './open-transaction';
import type { Patience } from './patience';

/** Called from outside of every transaction, or `flush()` would refuse. */
export type ConfirmStored = (
  databases: readonly DurableDatabase[],
  transactions: ReadonlySet<OpenTransaction>,
  waitedMs: number,
) => Promise<void>;

/**
 * Resolves when the transactions have committed, and then everything committed so far is stored in each of the databases.
 *
 * Rejects with TRANSACTION_ROLLED_BACK, or with COMMIT_UNCONFIRMED once a database has taken its `confirmTimeoutMs`,
 * whatever it was waiting for. Messages name no path of the host.
 *
 * @param waitedMs how much of that time is over
 * @param patience ends sooner when the app closes
 */
export async function confirmStored(
  databases: readonly DurableDatabase[],
  transactions: ReadonlySet<OpenTransaction>,
  waitedMs: number,
  patience: Patience,
): Promise<void> {
  await Promise.all(
    databases.map((database) => {
      const { confirmTimeoutMs } = database.settings;
      const leftMs = Math.max(0, confirmTimeoutMs - waitedMs);
      return patience.within(storedIn(database, transactions), leftMs, (closing) =>
        tooLate(
          closing
            ? 'The app is closing.'
            : `That took longer than ${formatDuration(confirmTimeoutMs)}.`,
        ),
      );
    }),
  );
}

async function storedIn(
  database: DurableDatabase,
  transactions: ReadonlySet<OpenTransaction>,
): Promise<void> {
  for (const transaction of transactions) {
    if (!(await transaction.ended)) throw rolledBack();
  }
  try {
    await database.flush();
  } catch (error) {
    throw unconfirmed(error, database);
  }
}

function rolledBack(): PersistenceError {
  return new PersistenceError(
    'TRANSACTION_ROLLED_BACK',
    'The answer was written inside a transaction, and that was rolled back.',
  );
}

const NOT_CONFIRMED =
  'What was committed before this answer was not confirmed to be stored, so the answer was not sent.';

function tooLate(why: string): PersistenceError {
  return new PersistenceError('COMMIT_UNCONFIRMED', `${NOT_CONFIRMED} ${why}`);
}

const SUPERSEDED =
  'This instance refuses writes. Send the request to the one that has taken the database over; look first whether the change is there.';

/** One code whatever the reason: what its receiver may do is the same. */
function unconfirmed(cause: unknown, database: DurableDatabase): PersistenceError {
  const reason = isPersistenceError(cause) ? ` ${cause.message}` : '';
  const message = database.redact(`${NOT_CONFIRMED}${reason}`);
  return new PersistenceError('COMMIT_UNCONFIRMED', message, {
    cause,
    ...(isPersistenceError(cause, 'REPLICA_FENCED') && { hint: SUPERSEDED }),
  });
}
