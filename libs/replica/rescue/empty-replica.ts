import { PersistenceError } from '../../errors';

/** `instead`: what else there is to take. */
export const emptyReplica = (instead: string | null = null): PersistenceError =>
  new PersistenceError(
    'RESTORE_POINT_UNKNOWN',
    'The replica is empty: there is nothing to restore.',
    {
      hint:
        instead ??
        'Check that the settings name the right place: the app lists what it uses in the first lines of its log.',
    },
  );
