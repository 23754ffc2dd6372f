import { DEFAULT_NAME } from '../module/default-name';
import { variableName } from '../module/environment';
import type { PersistenceSettings } from '../module/settings';
import { litestreamUrl, placeOfProof } from '../storage/storage-place';
import type { StoragePlan } from '../storage/storage-plan';

/** The replica in words that a shell takes where the app's variables are set; they name no folder of this host. */
export interface RescueHints {
  /** As `litestream` takes it; absent where it cannot reach it. */
  readonly location?: string;
  /** How the command line is called, without what to restore; absent where it cannot reach the replica. */
  readonly command?: string;
  /** Tells the store from any other; absent where nobody can say. Not for people. */
  readonly place?: string;
}

export function rescueHints({ name, storage }: PersistenceSettings): RescueHints {
  const location = litestreamUrl(storage, variableName('NETWORK_DB_PATH', name));
  const place = placeOfProof(storage);
  const database = name === DEFAULT_NAME ? '' : ` --database ${name}`;
  const replica = isFolderOfTheCode(storage) ? ' --replica REPLICA_URL' : '';
  const command = `npx nestjs-persistence restore${database}${replica}`;
  return {
    ...(location !== undefined && { location }),
    ...(place !== undefined && { place }),
    ...(isWithinReach(storage) && { command }),
  };
}

/** What lives in the app's own memory or objects is out of reach for a command. */
function isWithinReach(plan: StoragePlan): boolean {
  return plan.kind === 'network-path' || (plan.kind === 'choice' && plan.choice.kind !== 'memory');
}

/** No variable names it, so that the command has to be told. */
function isFolderOfTheCode(plan: StoragePlan): boolean {
  return plan.kind === 'choice' && plan.choice.kind === 'directory' && !plan.choice.volume;
}
