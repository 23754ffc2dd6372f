import type { Replica } from '../../replica';

/** What is used of a `Replica`. */
export type LiveReplica = Pick<Replica, 'start' | 'wake' | 'flush' | 'hurry' | 'status' | 'stop'>;
