import { PersistenceError } from '../../../errors';
import { formatDuration } from '../../log/units';

/** `what` gave up waiting; nothing of it was run. */
export function waitTimeout(what: string, waitedMs: number, holder: string): PersistenceError {
  return new PersistenceError(
    'TRANSACTION_WAIT_TIMEOUT',
    `${what} waited ${formatDuration(Math.round(waitedMs))} for ${holder}.`,
  );
}

export function transactionLost(reason: string, cause?: unknown): PersistenceError {
  return new PersistenceError(
    'TRANSACTION_LOST',
    `This statement belongs to a transaction that is over: ${reason}.`,
    { cause },
  );
}

export function dataSourceClosed(): PersistenceError {
  return new PersistenceError('DATA_SOURCE_CLOSED', 'The connection to the database is not open.');
}

/** By a query runner that is gone. The transaction has been rolled back. */
export function beginWithoutOwner(): PersistenceError {
  return new PersistenceError(
    'TRANSACTION_LEFT_OPEN',
    'dataSource.query() began a transaction that nobody can end: each of its calls has a query runner of its own.',
    {
      hint: 'Use dataSource.transaction(), or send BEGIN and COMMIT through one dataSource.createQueryRunner().',
    },
  );
}

/** The outer transaction was to be committed; all of it has been rolled back. */
export function nestedLeftOpen(): PersistenceError {
  return new PersistenceError(
    'TRANSACTION_LEFT_OPEN',
    'The transaction was not committed: one that was begun inside it by hand was never ended.',
  );
}
