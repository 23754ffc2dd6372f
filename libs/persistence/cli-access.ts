/** The front door of the command line, and of nothing else: not part of what the package promises. */
export {
  ERROR_CODES,
  isPersistenceError,
  PersistenceError,
  type PersistenceErrorData,
} from '../errors';
export { createSqliteEngine } from '../engine';
export {
  type EmergencyResult,
  probeConditions,
  readBackupIdentity,
  type ReplicaEvent,
  type ReplicaSurvey,
  type RestorePoint,
  type RestoreResult,
  surveyReplica,
  type Verification,
  verifyReplica,
} from '../replica';
export type { ObjectInfo, ObjectStore } from '../storage/object-store';
export { isStoreError, StoreError } from '../storage/store-error';
export { leaveWalMode } from './backup/leave-wal-mode';
export { type Moment, momentMs } from './database/moment';
export {
  openFromOutside,
  type OutsideOptions,
  type OutsideView,
  settingsFromOutside,
} from './database/open-from-outside';
export { createRescue, type Rescue } from './database/rescue';
export { systemClock } from './database/system-clock';
export { formatBytes, formatCount, formatDuration, formatTime } from './log/units';
export type { PersistenceSettings } from './module/settings';
