import type { ReplicaStatus } from '../../replica';
import type { PersistenceSettings } from '../module/settings';
import type { PersistenceStatus, StorageKind } from '../persistence-status';
import { placeOf } from '../storage/storage-place';
import { storageKind } from '../storage/storage-plan';

type Summary = Pick<PersistenceStatus, 'summary' | 'survivesRedeploy' | 'storage'>;

/** The first question about a database: does its data survive a redeploy, and why? `replica` is null where there is none. */
export function summarise(settings: PersistenceSettings, replica: ReplicaStatus | null): Summary {
  const storage = storageKind(settings.storage);
  if (!settings.enabled) return no(storage, 'Persistence is switched off (enabled: false)');
  if (storage === 'none' || replica === null) return no(storage, noStore(settings));
  if (storage === 'memory') {
    return no(storage, 'The replica is in the memory of this process (for tests only)');
  }
  const place = placeOf(settings.storage);
  switch (replica.role) {
    case 'starting':
      return yes(
        storage,
        `Data that was stored in ${place} survives a redeploy; this instance has not started yet.`,
      );
    case 'owner':
      return yes(storage, `Data survives a redeploy: every commit is stored in ${place}.`);
    case 'fenced':
      return yes(
        storage,
        `Data that was stored in ${place} survives a redeploy; another instance has taken over and this one can no longer write.`,
      );
    case 'stopped':
      return yes(
        storage,
        `Data that was stored in ${place} survives a redeploy; this instance has stopped.`,
      );
  }
}

function noStore(settings: PersistenceSettings): string {
  const unused = settings.storage.kind === 'none' ? settings.storage.unused : [];
  const ignored =
    unused.length === 0
      ? ''
      : ` (${unused.join(', ')} alone choose${unused.length === 1 ? 's' : ''} no store)`;
  return `No store is configured${ignored}`;
}

function no(storage: StorageKind, because: string): Summary {
  return {
    summary: `${because}: data will not survive a redeploy.`,
    survivesRedeploy: false,
    storage,
  };
}

function yes(storage: StorageKind, summary: string): Summary {
  return { summary, survivesRedeploy: true, storage };
}
