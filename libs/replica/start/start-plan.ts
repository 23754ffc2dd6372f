import { PersistenceError } from '../../errors';
import type { LocalDatabase } from '../../engine/database-engine';
import type { ReplicaDescriptor } from '../log/descriptor';
import type { Head } from '../log/head';
import { DESCRIPTOR_KEY } from '../log/log-keys';

/** What is known before anything is done. */
export interface Situation {
  readonly descriptor: ReplicaDescriptor | null;
  /** Null where the log is empty. */
  readonly head: Head | null;
  readonly local: LocalDatabase;
  /** A plain database file is there to begin with. Only looked for where the log is empty. */
  readonly backup: boolean;
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
    if (backup) return 'receive';
    return local.present ? 'adopt' : 'create';
  }
  refuseLostEntries(head, descriptor, local);
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
