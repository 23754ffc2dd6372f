import path from 'node:path';
import { PersistenceError } from '../../errors';
import type { RestoreOptions } from '../database/rescue-options';

/** A plain name, on every system: no folder, no hidden file, none that a shell would misread. */
const FILE_NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,119}$/;
/** Names that Windows keeps for devices. */
const DEVICE = /^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i;
/** What SQLite, and we, keep beside a database: a file of this name would be taken for a part of another. */
const COMPANION = /(-wal|-shm|-journal|\.lock|\.persistence\.json)$/i;
const FIELDS = ['file', 'txid', 'at'];

export interface RestoreRequest {
  /** Name of the new file in the folder for restored files. */
  readonly file: string;
  readonly options: RestoreOptions;
}

/**
 * Refuses a body that nobody has read, because it is not JSON: without it the newest state would be restored, whatever was
 * asked for.
 */
export function demandJson(length: string | undefined, type: string | undefined): void {
  const isEmpty = length === undefined || Number(length) === 0;
  if (isEmpty || /^application\/([\w.-]+\+)?json\b/i.test(type ?? '')) return;
  throw new PersistenceError('OPTION_INVALID', 'The body must be JSON.', {
    hint: 'Send it with the header "Content-Type: application/json".',
  });
}

/**
 * What a caller may ask of `POST db-restore`: a file name, never a path, and the state wanted.
 *
 * @param body of the request: `{ file?, txid?, at? }`
 * @param now for the name of a file that the caller does not name
 */
export function readRestoreRequest(body: unknown, folder: string, now: Date): RestoreRequest {
  const fields = (typeof body === 'object' && body !== null ? body : {}) as Record<string, unknown>;
  const unknown = Object.keys(fields).find((name) => !FIELDS.includes(name));
  if (unknown !== undefined) {
    throw new PersistenceError('OPTION_UNKNOWN', 'The body has a field that is not known.', {
      hint: `Known fields: ${FIELDS.join(', ')}.`,
    });
  }
  const file = fields['file'] ?? `restored-${now.toISOString().replaceAll(':', '-')}.db`;
  const isName = typeof file === 'string' && FILE_NAME.test(file) && !DEVICE.test(file);
  if (!isName || COMPANION.test(file)) {
    throw new PersistenceError('OPTION_INVALID', 'The field "file" must be a plain file name.', {
      hint: 'Letters, digits, ".", "_" and "-", for example rescued.db. The folder is chosen by the app.',
    });
  }
  const { txid, at } = fields as Pick<RestoreOptions, 'txid' | 'at'>;
  return {
    file,
    options: {
      to: path.join(folder, file),
      ...(txid !== undefined && { txid }),
      ...(at !== undefined && { at }),
    },
  };
}
