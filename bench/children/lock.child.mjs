import { fromRoot } from '../lib/product.mjs';

/**
 * Another process that writes: for each message `{ path, milliseconds }` it takes SQLite's write lock, says so, keeps it
 * for that long, and says that it is free again.
 */
const Database = fromRoot('better-sqlite3');
const cell = new Int32Array(new SharedArrayBuffer(4));

process.on('message', ({ path, milliseconds }) => {
  const database = new Database(path);
  database.exec('BEGIN IMMEDIATE');
  process.send('locked', () => {
    Atomics.wait(cell, 0, 0, milliseconds);
    database.exec('COMMIT');
    database.close();
    process.send('free');
  });
});
process.on('disconnect', () => process.exit(0));
