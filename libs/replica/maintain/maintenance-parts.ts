import type { FileMerger } from '../../engine/file-merger';
import type { PersistenceError } from '../../errors';
import type { ObjectStore } from '../../storage/object-store';
import type { Clock } from '../clock';
import type { RecentFiles } from '../log/recent-files';
import type { Level } from './levels';
import type { MaintenanceSettings } from './maintenance-types';

/** What maintenance needs of the life it belongs to. */
export interface MaintenanceParts {
  readonly store: ObjectStore;
  readonly merger: FileMerger;
  readonly clock: Clock;
  readonly nodeId: string;
  readonly settings: MaintenanceSettings;
  /** What this life has stored lately. */
  readonly recent: RecentFiles;
  /** The newest entry that is known to be stored, as of now; TXID 0 where there is none. */
  readonly head: () => { readonly txid: number; readonly checksum: string };
  readonly status: {
    maintained(done: MaintenanceCounts): void;
    maintenanceFailed(error: PersistenceError, done: MaintenanceCounts): void;
  };
  /** Told when a fresh listing does not lead to the head: a part of the history is gone. */
  readonly doubt?: () => void;
  /** Default `LEVELS`. */
  readonly levels?: readonly Level[];
}

export interface MaintenanceCounts {
  readonly merged: number;
  readonly deleted: number;
}
