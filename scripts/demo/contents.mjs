import { createHash } from 'node:crypto';

/**
 * Reads every row of the platform over HTTP: how many there are of each kind, and one SHA-256 over all of them in
 * order, so that two readings are equal exactly if every row is.
 *
 * @param {import('./client.mjs').Client} client
 * @param {(email: string) => boolean} isLate Users to leave out of the hash and to give back: those of the last second.
 * @returns {Promise<{ counts: Record<string, number>, hash: string, late: { id: number, email: string }[] }>}
 */
export async function readContents(client, isLate) {
  const hash = createHash('sha256');
  const counts = { users: 0, courses: 0, lessons: 0, enrolments: 0, progress: 0 };
  const late = [];
  const add = (kind, row) => {
    counts[kind] += 1;
    hash.update(JSON.stringify([kind, row]));
  };
  for await (const user of client.all('/users')) {
    if (isLate(user.email)) {
      late.push(user);
      continue;
    }
    add('users', user);
    for await (const row of client.all(`/users/${user.id}/enrolments`)) add('enrolments', row);
    for await (const row of client.all(`/users/${user.id}/progress`)) add('progress', row);
  }
  for await (const course of client.all('/courses')) {
    add('courses', course);
    const { lessons } = await client.get(`/courses/${course.id}`);
    for (const lesson of lessons) add('lessons', lesson);
  }
  return { counts, hash: hash.digest('hex'), late };
}
