import type { PersistenceErrorData } from '../../errors';
import type { Lag, ReplicaStatus } from '../../replica';
import { formatCount, formatDuration, formatTime } from '../log/units';
import type { PersistenceSettings } from '../module/settings';
import type { PersistenceStatus, StorageKind } from '../persistence-status';
import { placeOf } from '../storage/storage-place';
import { storageKind, type StoragePlan } from '../storage/storage-plan';

type Summary = Pick<PersistenceStatus, 'summary' | 'survivesRedeploy' | 'storage'>;
type Verdict = Omit<Summary, 'storage'>;
/** What stands in the way now, of the start or of the store. */
type Failure = Pick<PersistenceErrorData, 'code'> | null;

/** The first question about a database: does its data survive a redeploy, and why? `replica` is null where there is none. */
export function summarise(
  settings: PersistenceSettings,
  replica: ReplicaStatus | null,
  failure: Failure = replica?.error ?? null,
): Summary {
  const storage = storageKind(settings.storage);
  if (!settings.enabled) return no(storage, 'Persistence is switched off (enabled: false)');
  if (storage === 'none' || replica === null) return no(storage, noStore(settings.storage));
  if (storage === 'memory') {
    return no(storage, 'The replica is in the memory of this process (for tests only)');
  }
  return { ...ofReplica(placeOf(settings.storage), settings, replica, failure), storage };
}

function ofReplica(
  place: string,
  settings: PersistenceSettings,
  replica: ReplicaStatus,
  failure: Failure,
): Verdict {
  const kept = `Data that was stored in ${place} survives a redeploy`;
  switch (replica.role) {
    case 'starting':
      if (failure === null) return yes(`${kept}; this instance has not started yet.`);
      return unsure(
        `This instance did not start (${failure.code}), so it is not known whether data that was stored in ${place} survives a redeploy.`,
      );
    case 'owner':
      return ofOwner(place, settings, replica, failure);
    case 'fenced':
      return ofFormerOwner(
        `${kept}; another instance has taken over and this one can no longer write`,
        replica,
      );
    case 'stopped':
      return ofFormerOwner(`${kept}; this instance has stopped`, replica);
  }
}

/** A commit that was made just now is on its way; one that is held up is not stored, whatever was stored before it. */
function ofOwner(
  place: string,
  { lagMaxMs }: PersistenceSettings,
  { lag, durableTxid, lastStored }: ReplicaStatus,
  failure: Failure,
): Verdict {
  const why = failure === null ? '' : ` (${failure.code})`;
  if (durableTxid === null) {
    return unsure(
      `Nothing is stored in ${place}${why}: data would not survive a redeploy until the next entry is stored there.`,
    );
  }
  if (lag.commits > 0 && (failure !== null || lag.ms > lagMaxMs)) {
    const until = lastStored === null ? '' : ` until ${formatTime(lastStored.at)}`;
    const waiting = `${countOf(lag)} waited ${formatDuration(lag.ms)}${why} and would not survive`;
    return unsure(`Data stored${until} in ${place} survives a redeploy; ${waiting}.`);
  }
  if (failure === null) return yes(`Data survives a redeploy: every commit is stored in ${place}.`);
  return yes(
    `Data survives a redeploy: every commit so far is stored in ${place}, but the store fails now${why}.`,
  );
}

/** Nobody stores any more what such an instance has left. */
function ofFormerOwner(kept: string, { lag }: ReplicaStatus): Verdict {
  if (lag.commits === 0) return yes(`${kept}.`);
  return unsure(`${kept}; ${countOf(lag)} not been stored.`);
}

function countOf({ commits }: Lag): string {
  return `${formatCount(commits, 'commit')} ${commits === 1 ? 'has' : 'have'}`;
}

function noStore(storage: StoragePlan): string {
  if (storage.kind === 'none' && storage.because !== undefined) {
    return `No store is wanted (${storage.because})`;
  }
  const unused = storage.kind === 'none' ? storage.unused : [];
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

function yes(summary: string): Verdict {
  return { summary, survivesRedeploy: true };
}

function unsure(summary: string): Verdict {
  return { summary, survivesRedeploy: false };
}
