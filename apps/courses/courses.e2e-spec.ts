import type { NestExpressApplication } from '@nestjs/platform-express';
import { getStoreToken, type ObjectStore } from 'nestjs-persistence';
import request from 'supertest';
import { Host } from './testing/courses-app';

let host: Host;
let app: NestExpressApplication;
const http = () => request(app.getHttpServer());

beforeAll(async () => {
  host = await Host.create();
  app = await host.startApp();
});

afterAll(async () => {
  await app?.close();
  await host?.remove();
});

afterEach(() => jest.restoreAllMocks());

let serial = 0;
const uniqueEmail = () => `user-${(serial += 1)}@example.org`;

async function newUser(): Promise<number> {
  const answer = await http()
    .post('/users')
    .send({ name: 'Ada', email: uniqueEmail() })
    .expect(201);
  return answer.body.id;
}

async function newCourse(lessons: string[] = []) {
  const answer = await http().post('/courses').send({ title: 'Words', lessons }).expect(201);
  return answer.body as { id: number; lessons: { id: number }[] };
}

describe('users', () => {
  it('are created with an id and found again', async () => {
    const email = uniqueEmail();
    const created = await http().post('/users').send({ name: 'Ada', email }).expect(201);
    expect(created.body).toEqual({ id: expect.any(Number), name: 'Ada', email });
    const found = await http().get(`/users/${created.body.id}`).expect(200);
    expect(found.body).toEqual(created.body);
  });

  it('have an email that nobody else has, whatever its capitals', async () => {
    const email = uniqueEmail();
    await http().post('/users').send({ name: 'Ada', email }).expect(201);
    const second = await http().post('/users').send({ name: 'Bob', email: email.toUpperCase() });
    expect(second.status).toBe(409);
    expect(second.body).toMatchObject({ statusCode: 409, code: 'EMAIL_TAKEN' });
  });

  it('asked for twice at once are created once', async () => {
    const email = uniqueEmail();
    const answers = await Promise.all(
      Array.from({ length: 8 }, () => http().post('/users').send({ name: 'Ada', email })),
    );
    const codes = answers.map(({ status }) => status).sort((a, b) => a - b);
    expect(codes).toEqual([201, ...Array<number>(7).fill(409)]);
  });

  it('come in pages with the number of all', async () => {
    for (let index = 0; index < 3; index += 1) await newUser();
    const first = await http().get('/users?page=1&limit=2').expect(200);
    const second = await http().get('/users?page=2&limit=2').expect(200);
    expect(first.body.items).toHaveLength(2);
    expect(first.body.total).toBe(second.body.total);
    expect(second.body.items[0].id).toBeGreaterThan(first.body.items[1].id);
  });

  it('take their enrolments and progress with them', async () => {
    const userId = await newUser();
    const course = await newCourse(['tide']);
    await http().post('/enrolments').send({ userId, courseId: course.id }).expect(201);
    await http().put('/progress').send({ userId, lessonId: course.lessons[0]!.id, score: 1 });
    await http().delete(`/users/${userId}`).expect(204);
    await http().get(`/users/${userId}`).expect(404);
    await http().get(`/users/${userId}/progress`).expect(404);
    await http().delete(`/users/${userId}`).expect(404);
  });
});

describe('courses', () => {
  it('are created with their lessons, in order', async () => {
    const { id } = await newCourse(['tide', 'swell', 'surf']);
    const found = await http().get(`/courses/${id}`).expect(200);
    expect(found.body.lessons.map(({ title }: { title: string }) => title)).toEqual([
      'tide',
      'swell',
      'surf',
    ]);
  });

  it('take further lessons', async () => {
    const { id } = await newCourse();
    const lesson = await http().post(`/courses/${id}/lessons`).send({ title: 'ebb' }).expect(201);
    expect(lesson.body).toMatchObject({ id: expect.any(Number), courseId: id, title: 'ebb' });
    await http().post('/courses/999999/lessons').send({ title: 'ebb' }).expect(404);
  });

  it('are found by a part of their title, where % and _ are letters', async () => {
    await http().post('/courses').send({ title: '100% sea_words' }).expect(201);
    await http().post('/courses').send({ title: '100 seaXwords' }).expect(201);
    const byPercent = await http().get('/courses').query({ search: '100%' }).expect(200);
    const byUnderscore = await http().get('/courses').query({ search: 'SEA_' }).expect(200);
    expect(byPercent.body).toMatchObject({ total: 1, items: [{ title: '100% sea_words' }] });
    expect(byUnderscore.body).toMatchObject({ total: 1, items: [{ title: '100% sea_words' }] });
  });
});

describe('learning', () => {
  it('starts with an enrolment, once', async () => {
    const userId = await newUser();
    const { id: courseId } = await newCourse();
    const first = await http().post('/enrolments').send({ userId, courseId }).expect(201);
    expect(first.body).toEqual({ id: expect.any(Number), userId, courseId });
    await http().post('/enrolments').send({ userId, courseId }).expect(409);
    const enrolments = await http().get(`/users/${userId}/enrolments`).expect(200);
    expect(enrolments.body).toEqual({ items: [first.body], total: 1 });
  });

  it('keeps the last score of a lesson', async () => {
    const userId = await newUser();
    const { lessons } = await newCourse(['tide']);
    const lessonId = lessons[0]!.id;
    await http().put('/progress').send({ userId, lessonId, score: 40 }).expect(200);
    const answer = await http()
      .put('/progress')
      .send({ userId, lessonId, score: 80.5 })
      .expect(200);
    expect(answer.body).toEqual({ userId, lessonId, score: 80.5 });
    const progress = await http().get(`/users/${userId}/progress`).expect(200);
    expect(progress.body).toEqual({ items: [{ userId, lessonId, score: 80.5 }], total: 1 });
  });

  it('says which of the two is missing', async () => {
    const userId = await newUser();
    const noCourse = await http().post('/enrolments').send({ userId, courseId: 999_999 });
    const noUser = await http().post('/enrolments').send({ userId: 999_999, courseId: 999_999 });
    const noLesson = await http().put('/progress').send({ userId, lessonId: 999_999, score: 1 });
    expect([noCourse.body.code, noUser.body.code, noLesson.body.code]).toEqual([
      'COURSE_UNKNOWN',
      'USER_UNKNOWN',
      'LESSON_UNKNOWN',
    ]);
  });
});

describe('bad requests', () => {
  it.each([
    ['no name', () => http().post('/users').send({ email: uniqueEmail() })],
    ['no email', () => http().post('/users').send({ name: 'Ada', email: 'nowhere' })],
    [
      'an unknown field',
      () => http().post('/users').send({ name: 'A', email: uniqueEmail(), admin: true }),
    ],
    ['an id that is no number', () => http().get('/users/ada')],
    ['page 0', () => http().get('/users?page=0')],
    ['a page too large', () => http().get('/users?limit=501')],
    ['a page of no size', () => http().get('/courses?limit=')],
    [
      'a score that is no number',
      () => http().put('/progress').send({ userId: 1, lessonId: 1, score: 'A' }),
    ],
    ['a search given twice', () => http().get('/courses?search=a&search=b')],
    ['a body that is no JSON', () => http().post('/users').type('json').send('{')],
  ])('%s is a 400', async (_what, send) => {
    const answer = await send();
    expect(answer.status).toBe(400);
  });
});

describe('the promise', () => {
  // Each prepares what it needs and answers with the write itself.
  const writes: [string, () => Promise<() => request.Test>][] = [
    [
      'POST /users',
      async () => () => http().post('/users').send({ name: 'Ada', email: uniqueEmail() }),
    ],
    [
      'DELETE /users/:id',
      async () => {
        const id = await newUser();
        return () => http().delete(`/users/${id}`);
      },
    ],
    ['POST /courses', async () => () => http().post('/courses').send({ title: 'Words' })],
    [
      'POST /courses/:id/lessons',
      async () => {
        const { id } = await newCourse();
        return () => http().post(`/courses/${id}/lessons`).send({ title: 'ebb' });
      },
    ],
    [
      'POST /enrolments',
      async () => {
        const body = { userId: await newUser(), courseId: (await newCourse()).id };
        return () => http().post('/enrolments').send(body);
      },
    ],
    [
      'PUT /progress',
      async () => {
        const lessonId = (await newCourse(['tide'])).lessons[0]!.id;
        const body = { userId: await newUser(), lessonId, score: 1 };
        return () => http().put('/progress').send(body);
      },
    ],
  ];

  it.each(writes)('%s is answered only after it is stored', async (_name, prepare) => {
    const write = await prepare();
    const store = holdStore(app);
    let answered = false;
    const answer = write().then((response) => {
      answered = true;
      return response;
    });
    await store.reached;
    // Others are served meanwhile, and a whole round trip later nothing is promised yet.
    await http().get('/users').expect(200);
    expect(answered).toBe(false);
    store.release();
    expect((await answer).status).toBeLessThan(300);
  });

  it('a 409 waits for the row that it tells of', async () => {
    const body = { name: 'Ada', email: uniqueEmail() };
    const store = holdStore(app);
    const created = http()
      .post('/users')
      .send(body)
      .then(({ status }) => status);
    await store.reached;
    let answered = false;
    const refused = http()
      .post('/users')
      .send(body)
      .then(({ status }) => {
        answered = true;
        return status;
      });
    await http().get('/users').expect(200);
    expect(answered).toBe(false);
    store.release();
    expect([await created, await refused]).toEqual([201, 409]);
  });

  it('transactions at the same time do not meet: a refused one leaves nothing, the others are whole', async () => {
    const userId = await newUser();
    const courses = await Promise.all([newCourse(['a', 'b']), newCourse(['c']), newCourse()]);
    const wrong = http().post('/enrolments').send({ userId, courseId: 999_999 });
    const enrolled = courses.map(({ id }) =>
      http().post('/enrolments').send({ userId, courseId: id }),
    );
    const answers = await Promise.all([wrong, ...enrolled]);
    expect(answers.map(({ status }) => status)).toEqual([404, 201, 201, 201]);
    const { body } = await http().get(`/users/${userId}/enrolments`).expect(200);
    expect(body.total).toBe(3);
  });
});

describe('a store that does not answer', () => {
  let waiting: Host;
  let impatient: NestExpressApplication;

  beforeAll(async () => {
    waiting = await Host.create();
    process.env['PERSISTENCE_CONFIRM_TIMEOUT_MS'] = '300';
    impatient = await waiting.startApp();
  });

  afterAll(async () => {
    delete process.env['PERSISTENCE_CONFIRM_TIMEOUT_MS'];
    await impatient?.close();
    await waiting?.remove();
  });

  it('is a 503 with code and hint to a write; reads and probes are answered', async () => {
    const store = holdStore(impatient);
    const server = request(impatient.getHttpServer());
    const answer = await server.post('/courses').send({ title: 'Words' });
    expect(answer.status).toBe(503);
    expect(answer.body).toMatchObject({
      statusCode: 503,
      code: 'COMMIT_UNCONFIRMED',
      hint: expect.stringContaining('idempotency'),
    });
    await server.get('/courses').expect(200);
    await server.get('/health/live').expect(200);
    store.release();
  });
});

describe('pages for people', () => {
  it('the landing page says what is there', async () => {
    const page = await http().get('/').expect(200).expect('Content-Type', /html/);
    expect(page.text).toContain('nestjs-persistence');
    expect(page.text).toContain('<dt>users</dt>');
  });

  it('the OpenAPI page describes every route', async () => {
    await http().get('/docs').expect(200).expect('Content-Type', /html/);
    const { body } = await http().get('/docs-json').expect(200);
    expect(Object.keys(body.paths).sort()).toEqual([
      '/courses',
      '/courses/{id}',
      '/courses/{id}/lessons',
      '/enrolments',
      '/health',
      '/health/live',
      '/health/ready',
      '/health/startup',
      '/progress',
      '/users',
      '/users/{id}',
      '/users/{id}/enrolments',
      '/users/{id}/progress',
    ]);
  });

  it('health is the JSON of Terminus, with the catalogue as information', async () => {
    const live = await http().get('/health/live').expect(200);
    expect(live.body.status).toBe('ok');
    await http().get('/health/startup').expect(200);
    const ready = await http().get('/health/ready').expect(200);
    expect(ready.body.details.database.status).toBe('up');
    const all = await http().get('/health').expect(200);
    expect(all.body.details.catalogue).toMatchObject({ status: 'up', selection: 'none' });
  });
});

/** From now on what is put into the store of this app waits; `reached` resolves when something does. */
function holdStore(held: NestExpressApplication): { reached: Promise<void>; release: () => void } {
  const store = held.get<ObjectStore>(getStoreToken());
  const put = store.put.bind(store);
  const reached = deferred();
  const released = deferred();
  jest.spyOn(store, 'put').mockImplementation(async (...call) => {
    reached.resolve();
    await released.promise;
    return put(...call);
  });
  return { reached: reached.promise, release: released.resolve };
}

function deferred(): { promise: Promise<void>; resolve: () => void } {
  let resolve: () => void = () => undefined;
  const promise = new Promise<void>((settle) => (resolve = settle));
  return { promise, resolve };
}
