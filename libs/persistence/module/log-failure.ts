import { isPersistenceError } from '../../errors';
import { errorLine, type LineLog } from '../log/event-log';

/** Does `work`; a coded error is written with its hint, which Nest's own report of a failed start leaves out. */
export async function logFailure<T>(lines: LineLog, work: () => T | Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (isPersistenceError(error)) lines.error(errorLine(error));
    throw error;
  }
}
