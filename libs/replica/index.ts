export type { Clock } from './clock';
export { MAINTENANCE_DEFAULTS } from './maintain/levels';
export type * from './maintain/maintenance-types';
export { Replica } from './replica';
export type * from './replica-types';
export { restoreToFile, type RestoreToFileOptions } from './rescue/restore-to-file';
