import { PersistenceError } from '../../errors';
import type { AzureBlobStoreOptions } from '../../storage';
import { parseConnectionString } from './connection-string';
import { checkObjectName } from './object-name';
import { refuseUnknown } from './settings-check';

export const DEFAULT_CONTAINER = 'database-backup';

/** Where in Azure Blob Storage the replica lies. One of `connectionString`, `account` and `client` is needed. */
export interface AzureBlobSettings extends AzureBlobStoreOptions {
  /** Blob that a plain database file lies under, folders included (default `<name>.db`); the log lies in `<blob>.replica/`. */
  readonly blob?: string;
}

const KNOWN = ['container', 'blob', 'connectionString', 'account', 'credential', 'client'];

/** Rejects what no account could be reached with, naming the setting by `named` (a variable, where it came from one). */
export function checkAzureBlobSettings(
  settings: AzureBlobSettings,
  named: (setting: keyof AzureBlobSettings) => string = (setting) =>
    `The setting "${setting}" of azureBlob()`,
): AzureBlobSettings {
  refuseUnknown('azureBlob', settings, KNOWN);
  const { connectionString, account, client, container, blob } = settings;
  if (connectionString === undefined && account === undefined && client === undefined) {
    throw new PersistenceError(
      'STORE_SETTINGS_INCOMPLETE',
      'azureBlob() needs a connectionString, an account or a client.',
      { hint: "Write azureBlob({ account: 'myaccount' }) to use the app's managed identity." },
    );
  }
  if (connectionString !== undefined) demandKey(connectionString, named('connectionString'));
  if (container !== undefined && !isContainerName(container)) {
    throw new PersistenceError('OPTION_INVALID', `${named('container')} is no container name.`, {
      hint: 'Azure takes 3 to 63 lower-case letters, digits and single dashes, beginning and ending with a letter or digit.',
    });
  }
  if (blob !== undefined) checkObjectName(blob, named('blob'));
  return settings;
}

/** Half a connection string would only fail at the first request, with a message about signatures. */
function demandKey(connectionString: string, named: string): void {
  const parts = parseConnectionString(connectionString);
  const missing = parts.development || parts.signed ? null : parts.missing;
  if (missing === null) return;
  throw new PersistenceError('STORE_SETTINGS_INCOMPLETE', `${named} lacks ${missing}.`, {
    hint: 'Copy the whole connection string from the storage account (Security + networking, Access keys).',
  });
}

function isContainerName(name: string): boolean {
  return /^[a-z0-9](-?[a-z0-9]){2,62}$/.test(name) && name.length <= 63;
}
