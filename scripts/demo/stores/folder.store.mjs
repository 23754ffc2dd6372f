import { copyFile, mkdir } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { measure } from '../folder.mjs';

/** A folder, as a mounted volume or share would be. */
export async function folderStore({ root, network }) {
  await mkdir(network, { recursive: true });
  return {
    place: `a network folder (${relative(root, network)})`,
    variables: { NETWORK_DB_PATH: join(network, 'courses.db') },
    measure: () => measure(network),
    download: (key, file) => copyFile(join(network, key), file),
    show: (key) => `cp ${relative(root, join(network, key))} .`,
    close: () => Promise.resolve(),
  };
}
