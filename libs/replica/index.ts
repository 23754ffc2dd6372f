export { Backup, type BackupCall } from './backup/backup';
export { keysBeside } from './backup/backup-keys';
export { type BackupIdentity, readBackupIdentity } from './backup/backup-metadata';
export type * from './backup/backup-types';
export type { Clock } from './clock';
export { MAINTENANCE_DEFAULTS } from './maintain/levels';
export type * from './maintain/maintenance-types';
export { Replica } from './replica';
export type * from './replica-types';
export { emergencyRestore, type EmergencyRestoreOptions } from './rescue/emergency-restore';
export {
  RESTORE_POINTS_DEFAULT,
  RESTORE_POINTS_MAX,
  restorePoints,
  type RestorePointsOptions,
} from './rescue/restore-points';
export { restoreToFile, type RestoreToFileOptions } from './rescue/restore-to-file';
export { type ReplicaSurvey, surveyReplica } from './rescue/survey-replica';
export {
  type Verification,
  verifyReplica,
  type VerifyReplicaOptions,
} from './rescue/verify-replica';
export { probeConditions, type ProbeOptions } from './start/probe';
