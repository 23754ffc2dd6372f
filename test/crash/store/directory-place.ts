import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DirectoryStore } from '../../../libs/storage';
import type { StorePlace } from './store-place';

/** A folder, as a mounted volume would be. */
export function directoryPlace(root: string): StorePlace {
  const folder = join(root, 'store');
  mkdirSync(folder, { recursive: true });
  const network = join(folder, 'courses.db');
  return {
    variables: { NETWORK_DB_PATH: network },
    replica: () => DirectoryStore.open({ root: `${network}.replica` }),
    close: () => Promise.resolve(),
  };
}
