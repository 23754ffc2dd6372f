const CONNECTIONS = 8;
const LEARNERS = 24;
const LESSONS_EACH = 10;

/**
 * A class of learners signs up, each takes a course and records scores, over 8 connections at once.
 *
 * @param {import('./client.mjs').Client} client
 * @param {string} run Makes the emails of this run unlike those of others.
 * @returns {Promise<{ learners: number, writes: number, ms: number, medianMs: number, slowMs: number }>}
 *   how many writes were acknowledged, in which time, and how long one took (median, 95th percentile)
 */
export async function learn(client, run) {
  const courses = await coursesToTake(client);
  const times = [];
  const timed = async (write) => {
    const begin = performance.now();
    const answer = await write;
    times.push(performance.now() - begin);
    return answer;
  };
  const begin = performance.now();
  await inParallel(LEARNERS, async (index) => {
    const email = `learner-${run}-${index}@example.org`;
    const { id: userId } = await timed(
      client.post('/users', { name: `Learner ${index + 1}`, email }),
    );
    const { id: courseId, lessons } = courses[index % courses.length];
    await timed(client.post('/enrolments', { userId, courseId }));
    for (const [position, { id: lessonId }] of lessons.slice(0, LESSONS_EACH).entries()) {
      const score = 40 + ((index * 7 + position * 13) % 61);
      await timed(client.put('/progress', { userId, lessonId, score }));
    }
  });
  const ms = performance.now() - begin;
  const sorted = times.sort((a, b) => a - b);
  const at = (part) => sorted[Math.floor((sorted.length - 1) * part)];
  return { learners: LEARNERS, writes: sorted.length, ms, medianMs: at(0.5), slowMs: at(0.95) };
}

/**
 * Signs users up on 8 connections without end, so that a kill hits the app in the middle of writing.
 *
 * @param {number} many
 * @returns what was promised so far (`acknowledged`, id to email), how to tell these users (`isLate`), when `many` of
 *   them have been promised (`enough`), and when the app has stopped answering on all connections (`ended`)
 */
export function signUpUntilItDies(client, run, many) {
  const prefix = `last-second-${run}-`;
  const acknowledged = new Map();
  let announce;
  const enough = new Promise((resolve) => (announce = resolve));
  let serial = 0;
  const connection = async () => {
    for (;;) {
      const email = `${prefix}${(serial += 1)}@example.org`;
      let user;
      try {
        user = await client.post('/users', { name: 'In the last second', email });
      } catch {
        // Not acknowledged: the app was killed before it answered. This one may be there afterwards or not.
        return;
      }
      acknowledged.set(user.id, email);
      if (acknowledged.size === many) announce();
    }
  };
  const ended = Promise.all(Array.from({ length: CONNECTIONS }, connection));
  return { isLate: (email) => email.startsWith(prefix), acknowledged, enough, ended };
}

/** A few courses of the catalogue; without a catalogue one is made. */
async function coursesToTake(client) {
  const { items } = await client.get('/courses?limit=6');
  if (items.length === 0) {
    const lessons = ['tide', 'swell', 'surf', 'ebb', 'spray'];
    return [await client.post('/courses', { title: 'Words for the sea', lessons })];
  }
  return Promise.all(items.map(({ id }) => client.get(`/courses/${id}`)));
}

async function inParallel(total, work) {
  let next = 0;
  const lane = async () => {
    while (next < total) await work(next++);
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, lane));
}
