import { rmSync, statSync } from 'node:fs';
import { seeded, textSource } from '../lib/chance.mjs';
import { answer } from '../lib/child.mjs';
import { fromRoot } from '../lib/product.mjs';

const SCHEMA = `
  CREATE TABLE learner (id INTEGER PRIMARY KEY, email TEXT NOT NULL UNIQUE, name TEXT, joined INTEGER, secret BLOB);
  CREATE TABLE lesson (id INTEGER PRIMARY KEY, course INTEGER, title TEXT, body TEXT, settings TEXT, rating REAL, changed INTEGER);
  CREATE INDEX lesson_course ON lesson (course, changed);
  CREATE INDEX lesson_title ON lesson (title);
  CREATE TABLE visit (id INTEGER PRIMARY KEY, token TEXT UNIQUE, kind INTEGER, lesson INTEGER, at INTEGER, agent BLOB);
  CREATE INDEX visit_at ON visit (at, kind);`;

const BATCH = 250;

/** A database of at least `megabytes`, as an app's would be: text, JSON, random tokens, and indexes over them. */
answer(({ path, megabytes }) => {
  const Database = fromRoot('better-sqlite3');
  rmSync(path, { force: true });
  const database = new Database(path);
  database.pragma('journal_mode = OFF');
  database.pragma('synchronous = OFF');
  database.pragma('cache_size = -500000');
  database.exec(SCHEMA);
  const fill = filler(database);
  const pageSize = database.pragma('page_size', { simple: true });
  do fill();
  while (database.pragma('page_count', { simple: true }) * pageSize < megabytes * 1_000_000);
  // The journal mode is part of the file: an app's database is in WAL mode.
  database.pragma('journal_mode = WAL');
  database.close();
  return { bytes: statSync(path).size };
});

function filler(database) {
  const random = seeded(20_261);
  const { word, sentence, whole } = textSource(random);
  const learner = database.prepare('INSERT INTO learner VALUES (NULL, ?, ?, ?, ?)');
  const lesson = database.prepare('INSERT INTO lesson VALUES (NULL, ?, ?, ?, ?, ?, ?)');
  const visit = database.prepare('INSERT INTO visit VALUES (NULL, ?, ?, ?, ?, ?)');
  const noise = (bytes) => {
    const block = Buffer.allocUnsafe(bytes);
    for (let at = 0; at < bytes; at += 4) block.writeUInt32LE(whole(2 ** 32), at);
    return block;
  };
  let count = 0;
  let now = 1_760_000_000_000;
  return database.transaction(() => {
    for (let i = 0; i < BATCH; i++) {
      count++;
      now += whole(4_000);
      if (count % 12 === 0)
        learner.run(`${word()}.${count}@${word()}.example`, sentence(2), now, noise(20));
      const settings = JSON.stringify({
        level: whole(9),
        tags: [word(), word()],
        open: random() > 0.2,
        locale: 'en',
      });
      lesson.run(
        whole(count),
        sentence(4 + whole(6)),
        sentence(20 + whole(120)),
        settings,
        random() * 5,
        now,
      );
      for (let k = 0; k < 3; k++)
        visit.run(noise(16).toString('hex'), whole(12), whole(count), now, noise(24));
    }
  });
}
