import type { BackupStatus, MaintenanceStatus } from '../../replica';
import { costOf } from '../../storage';
import type { Redact } from '../log/redact';
import type { PersistenceStatus, StandingError } from '../persistence-status';
import type { StoreAccess } from './store-access';

type BackupFields = Pick<
  PersistenceStatus,
  'lastBackup' | 'backupAgeMs' | 'backupError' | 'lastVerify'
>;

/** What a status says about backups. `since`: when this life began, for one that has made none yet. */
export function backupFields(
  backup: BackupStatus | null,
  since: number | null,
  now: number,
  redact: Redact,
): BackupFields {
  const currentAt = backup?.currentAt ?? since;
  return {
    lastBackup: backup?.last ?? null,
    backupAgeMs: backup === null || currentAt === null ? null : Math.max(0, now - currentAt),
    backupError: shownError(backup?.error ?? null, redact),
    lastVerify: backup?.verify ?? null,
  };
}

/** Requests of the running month and what they cost; null where nothing is replicated. */
export function requestFields(access: StoreAccess | undefined): PersistenceStatus['requests'] {
  if (access === undefined) return null;
  const { name, since, counts } = access.counter.snapshot().month;
  const cost = access.prices === null ? null : costOf(counts, access.prices).requests;
  return { month: name, since, ...counts, estimatedUsd: cost };
}

export function maintenanceFields(
  maintenance: MaintenanceStatus | undefined,
  redact: Redact,
): MaintenanceStatus | null {
  if (maintenance === undefined) return null;
  return { ...maintenance, error: shownError(maintenance.error, redact) };
}

/** For anybody to read: without folders of the host, and without the cause, which is for logs and may hold anything. */
export function shownError(error: StandingError | null, redact: Redact): StandingError | null {
  if (error === null) return null;
  const { cause: _, ...shown } = error;
  return { ...shown, message: redact(error.message), hint: redact(error.hint) };
}
