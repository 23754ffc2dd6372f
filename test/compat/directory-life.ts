import { DirectoryStore } from '../../libs/storage';
import { Life } from './life';

/** A life whose replica lies in a folder. */
export async function startInFolder(places: {
  readonly database: string;
  readonly replica: string;
}): Promise<Life> {
  const store = await DirectoryStore.open({ root: places.replica });
  return Life.start({ database: places.database, store });
}
