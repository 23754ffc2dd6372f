import { PersistenceError } from '../../errors';
import type { LocalDatabase } from '../../engine/database-engine';
import type { ReplicaDescriptor } from '../log/descriptor';
import type { Head } from '../log/head';
import { DESCRIPTOR_KEY } from '../log/log-keys';
import type { BackupIdentity } from '../backup/backup-metadata';
import type { FoundBackup } from './receive-backup';

/** What is known before anything is done. */
export interface Situation {
  readonly descriptor: ReplicaDescriptor | null;
  /** Null where the log is empty. */
  readonly head: Head | null;
  readonly local: LocalDatabase;
  /** The plain database file beside the replica, as it stood before the log was listed. */
  readonly backup: FoundBackup | null;
}

/** `judge`: there is a history and a local file; the file continues if it is proved, and is restored over if not. */
export type StartPlan = 'create' | 'adopt' | 'receive' | 'judge' | 'restore';

/** The start table. Rejects where no start is right, before anything has been changed. */
export function planStart({ descriptor, head, local, backup }: Situation): StartPlan {
  if (head === null) {
    if (descriptor) {
      throw new PersistenceError(
        'REPLICA_MISSING',
        `${DESCRIPTOR_KEY} is there, and not one entry of its history.`,
        {
          key: DESCRIPTOR_KEY,
        },
      );
    }
    if (backup?.identity) throw logIsGone(backup.key, backup.identity);
    if (backup) return 'receive';
    return local.present ? 'adopt' : 'create';
  }
  refuseLostEntries(head, descriptor, local);
  refuseOlderThanBackup(head, descriptor, backup);
  return local.present ? 'judge' : 'restore';
}

/** The newest entries can be missing without a trace in the store; this host may know better. */
function refuseLostEntries(
  head: Head,
  descriptor: ReplicaDescriptor | null,
  local: LocalDatabase,
): void {
  const { stored } = local;
  if (!stored || stored.lineage !== descriptor?.lineage || stored.txid <= head.txid) return;
  throw new PersistenceError(
    'REPLICA_BEHIND',
    `The replica ends at TXID ${head.txid}; this host knows that ${stored.txid} was stored.`,
    {
      hint:
        `The store has lost its newest entries: look for them there first (versions, soft delete). The newest point it can give is TXID ${head.txid}; ` +
        `to go on from it, remove ${local.path}.persistence.json.`,
    },
  );
}

/** A backup holds what was stored: entries up to its TXID were there when it was made. */
function refuseOlderThanBackup(
  head: Head,
  descriptor: ReplicaDescriptor | null,
  backup: FoundBackup | null,
): void {
  const identity = backup?.identity;
  if (!identity || identity.lineage !== descriptor?.lineage || identity.txid <= head.txid) return;
  throw new PersistenceError(
    'REPLICA_BEHIND',
    `The replica ends at TXID ${head.txid}; its own backup ${backup.key} holds TXID ${identity.txid}.`,
    {
      key: backup.key,
      hint:
        `The store has lost its newest entries: look for them there first (versions, soft delete), and keep ${backup.key}. ` +
        `To go on from TXID ${head.txid}, move it away.`,
    },
  );
}

/** Half an hour of commits may be missing in a backup: a person decides whether to begin anew with it. */
function logIsGone(key: string, { txid }: BackupIdentity): PersistenceError {
  return new PersistenceError(
    'REPLICA_MISSING',
    `${key} is a backup of a history (TXID ${txid}) that is gone from the store.`,
    {
      key,
      hint:
        `Bring the folder ${key}.replica back (versions, soft delete): it holds what was stored after the backup. ` +
        `If it is lost for good, download ${key}, remove it and ${key}.meta.json from the store, and upload it again: then a new history begins with it.`,
    },
  );
}
