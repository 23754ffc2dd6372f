import { azureStore } from './azure.store.mjs';
import { folderStore } from './folder.store.mjs';
import { s3Store } from './s3.store.mjs';

/** Where the demo can keep its replica. */
export const STORES = ['directory', 'azure', 's3'];

/**
 * @typedef {object} DemoStore
 * @property {string} place in words, for the headings
 * @property {Record<string, string>} variables what leads the app there
 * @property {() => Promise<{ files: number, bytes: number }>} measure what it holds
 * @property {(key: string, file: string) => Promise<void>} download writes an object into a file
 * @property {(key: string) => string} show how a person fetches that object by hand
 * @property {() => Promise<void>} close ends what was started for it; what it holds may go with it
 */

/**
 * Opens a store, and starts the server it needs.
 * @param {string} kind one of `STORES`
 * @param {{ root: string, network: string }} folders the repository, and the folder of the folder store
 * @returns {Promise<DemoStore>}
 */
export function openStore(kind, folders) {
  switch (kind) {
    case 'azure':
      return azureStore(folders);
    case 's3':
      return s3Store(folders);
    default:
      return folderStore(folders);
  }
}
