import { PersistenceError } from '../errors';

/** The one error of this room: bytes or pages that do not make an LTX file. */
export const invalid = (what: string): PersistenceError =>
  new PersistenceError('LTX_INVALID', `Not an intact LTX file: ${what}.`);
