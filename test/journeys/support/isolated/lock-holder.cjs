// Holds SQLite's write lock on the file until it is told to let go.
const Database = require('better-sqlite3');
const database = new Database(process.argv[2]);
database.exec('BEGIN IMMEDIATE');
process.once('message', () => database.exec('ROLLBACK'));
process.send('held');
