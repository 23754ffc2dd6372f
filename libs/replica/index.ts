export type { Clock } from './clock';
export { Replica } from './replica';
export type * from './replica-types';
export { restoreToFile, type RestoreToFileOptions } from './rescue/restore-to-file';
