import { open } from 'node:fs/promises';

/** "File format write version" and "read version" in the header of a SQLite database: 1 for a rollback journal, 2 for a log. */
const VERSIONS_OFFSET = 18;
const ROLLBACK_JOURNAL = Buffer.from([1, 1]);

/**
 * Makes a database that has no log beside it one that needs none: a file in WAL mode cannot be opened where its folder is
 * read-only, and grows journals beside it when it is looked at. Whoever adopts it switches WAL mode on again. The file must
 * not be open anywhere. Durable when it resolves.
 */
export async function leaveWalMode(file: string): Promise<void> {
  const handle = await open(file, 'r+');
  try {
    await handle.write(ROLLBACK_JOURNAL, 0, ROLLBACK_JOURNAL.length, VERSIONS_OFFSET);
    await handle.sync();
  } finally {
    await handle.close();
  }
}
