import { openFor } from '../database/transaction-watch';
import { errorLine } from '../log/event-log';
import { formatBytes, formatCount, formatDuration } from '../log/units';
import type { PersistenceStatus } from '../persistence-status';

export interface HealthLimits {
  /** Above this age of the oldest commit that is not stored, health is down (ms). */
  readonly lagMaxMs: number;
  /** Above this age of the open transaction, whoever has it, health is down (ms). */
  readonly transactionMaxMs: number;
  /** Above this age of the backup (since it was last known to hold the newest state), health is down (ms). Left out: any age will do. */
  readonly backupAgeMaxMs?: number | undefined;
}

/** Why the database is not healthy, in words; null if it is. Pure. */
export function unhealthyReason(status: PersistenceStatus, limits: HealthLimits): string | null {
  const { role, lag, error, openTransactionMs, openTransactionBy, backupAgeMs } = status;
  const why = error === null ? '' : ` ${errorLine(error)}`;
  if (role === 'fenced') return `Another instance has taken the database over.${why}`;
  if (role === 'stopped')
    return `The database has been released; this instance is shutting down.${why}`;
  if (role === 'starting')
    return error === null ? 'The database is being restored.' : errorLine(error);
  if (openTransactionMs !== null && openTransactionMs > limits.transactionMaxMs) {
    const open = { ageMs: openTransactionMs, holder: openTransactionBy ?? 'app' };
    return `${openFor(open)}; nothing written in it is visible to others or stored.`;
  }
  if (lag.ms > limits.lagMaxMs) {
    return `Not stored for ${formatDuration(lag.ms)}: ${formatCount(lag.commits, 'commit')}, ${formatBytes(lag.bytes)}.${why}`;
  }
  if (backupAgeMs !== null && backupAgeMs > (limits.backupAgeMaxMs ?? Infinity)) {
    const { backupError } = status;
    const cause = backupError === null ? '' : ` ${errorLine(backupError)}`;
    return `No backup of the newest state for ${formatDuration(backupAgeMs)}.${cause}`;
  }
  // Without a replica an error means that the start failed; with one it is an outage within the budget above.
  if (error !== null && role !== 'owner') return errorLine(error);
  return null;
}

/**
 * Why the process should be restarted, in words; null if it should not. Pure. A store that is away is no reason: a restart
 * would not bring it back. An instance that has been superseded for `fencedLivenessMs` is one: it can only follow as a new
 * one.
 */
export function deadReason(
  { role, error }: PersistenceStatus,
  now: number,
  fencedLivenessMs: number,
): string | null {
  if (role !== 'fenced' || error === null) return null;
  const forMs = now - error.since;
  return forMs > fencedLivenessMs
    ? `Another instance took the database over ${formatDuration(forMs)} ago; only a restart lets this one follow.`
    : null;
}
