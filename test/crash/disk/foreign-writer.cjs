// Another program that writes the database while the app is stopped, and is killed: its commit stands in the write-ahead
// log. Arguments: database, email. Says "written" and waits for its end.
const Database = require('better-sqlite3');
const [database, email] = process.argv.slice(2);
const connection = new Database(database, { fileMustExist: true });
connection.pragma('wal_autocheckpoint = 0');
connection.prepare('INSERT INTO users (name, email) VALUES (?, ?)').run('foreign', email);
process.stdout.write('written\n');
setInterval(() => undefined, 1_000);
