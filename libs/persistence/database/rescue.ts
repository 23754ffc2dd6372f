import path from 'node:path';
import { createSqliteEngine } from '../../engine';
import {
  emergencyRestore,
  type EmergencyResult,
  type ReplicaEvent,
  restorePoints,
  type RestorePoint,
  type RestoreResult,
  restoreToFile,
} from '../../replica';
import type { ObjectStore } from '../../storage/object-store';
import type { RescueHints } from './rescue-hints';
import {
  checkEmergency,
  checkQuery,
  checkRestore,
  type EmergencyOptions,
  type RestoreOptions,
  type RestorePointsQuery,
} from './rescue-options';
import type { PlainFile } from './store-access';
import { systemClock } from './system-clock';

/** What can be asked of a replica from outside: it needs neither the app nor ownership, and changes nothing in the store. */
export interface Rescue {
  restore(options: RestoreOptions): Promise<RestoreResult>;
  restorePoints(query?: RestorePointsQuery): Promise<RestorePoint[]>;
  emergencyRestore(options: EmergencyOptions): Promise<EmergencyResult>;
}

export interface RescueParts {
  /** As `replicaStore` makes it. */
  readonly store: ObjectStore;
  /** Where the plain backup lies: an emergency restore looks whether it holds more. */
  readonly plain?: PlainFile | undefined;
  readonly hints: RescueHints;
  readonly onEvent: (event: ReplicaEvent) => void;
  readonly onWarning: (text: string) => void;
  /** How to write a file that is there already (default: refuse): it is set aside. */
  readonly replace?: boolean;
  readonly verify?: 'quick' | 'full';
}

export function createRescue({ onWarning, hints, ...parts }: RescueParts): Rescue {
  const outputs = (to: string) => ({
    ...parts,
    ...hints,
    clock: systemClock,
    engine: createSqliteEngine({ path: path.resolve(to), onWarning }),
  });
  return {
    async restore(options) {
      const { to, ...target } = checkRestore(options);
      return restoreToFile({ ...outputs(to), ...target });
    },
    async restorePoints(query = {}) {
      return restorePoints({ store: parts.store, clock: systemClock, ...checkQuery(query) });
    },
    async emergencyRestore(options) {
      return emergencyRestore(outputs(checkEmergency(options).to));
    },
  };
}
