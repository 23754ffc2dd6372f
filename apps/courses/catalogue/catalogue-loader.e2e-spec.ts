import type { NestExpressApplication } from '@nestjs/platform-express';
import { PersistenceError, SyncService } from 'nestjs-persistence';
import request from 'supertest';
import { DataSource } from 'typeorm';
import { LESSONS_PER_COURSE } from '../courses/course-import';
import { Lesson } from '../courses/lesson.entity';
import { Host } from '../testing/courses-app';
import { CatalogueLoader } from './catalogue-loader';

// Each loads 5,000 lessons, some three times.
jest.setTimeout(120_000);

let host: Host;
let app: NestExpressApplication;

beforeEach(async () => {
  host = await Host.create();
});

afterEach(async () => {
  jest.restoreAllMocks();
  await app?.close();
  await host.remove();
});

async function lessonsOf(running: NestExpressApplication): Promise<Lesson[]> {
  return running
    .get(DataSource)
    .getRepository(Lesson)
    .find({ order: { id: 'ASC' } });
}

/** The store takes three batches and then refuses, as it does when another instance has taken over. */
function refuseFourthBatch(): void {
  let batches = 0;
  const transaction = Reflect.get(SyncService.prototype, 'transaction');
  jest.spyOn(SyncService.prototype, 'transaction').mockImplementation(function (
    this: SyncService,
    work,
  ) {
    batches += 1;
    return batches <= 3
      ? transaction.call(this, work)
      : Promise.reject(new PersistenceError('REPLICA_FENCED', 'Another instance owns it.'));
  });
}

describe('the catalogue of a first start', () => {
  it('is loaded behind a running app, in courses of a readable size', async () => {
    app = await host.startApp('small');
    // The app answers, and takes writes, while it is being loaded.
    await request(app.getHttpServer()).post('/courses').send({ title: 'By hand' }).expect(201);
    await app.get(CatalogueLoader).ended();
    expect(app.get(CatalogueLoader).progress()).toEqual({
      selection: 'small',
      state: 'complete',
      loaded: 5_000,
      total: 5_000,
    });
    const lessons = await lessonsOf(app);
    const byCourse = new Map<number, number>();
    for (const { courseId } of lessons) byCourse.set(courseId, (byCourse.get(courseId) ?? 0) + 1);
    expect(lessons).toHaveLength(5_000);
    expect(Math.max(...byCourse.values())).toBe(LESSONS_PER_COURSE);
    const animals = await request(app.getHttpServer()).get('/courses?search=animals');
    expect(animals.body.items[0]).toMatchObject({ title: 'Animals, part 1', topic: 'noun.animal' });
  });

  it('goes on where it stopped, and ends with the same lessons', async () => {
    refuseFourthBatch();
    app = await host.startApp('small');
    await app.get(CatalogueLoader).ended();
    expect(app.get(CatalogueLoader).progress()).toMatchObject({ state: 'failed', loaded: 1_500 });
    const health = await request(app.getHttpServer()).get('/health');
    expect(health.body.details.catalogue.status).toBe('degraded');
    await app.close();
    jest.restoreAllMocks();

    app = await host.startApp('small');
    await app.get(CatalogueLoader).ended();
    const continued = await lessonsOf(app);
    await app.close();
    await host.remove();
    app = await host.startApp('small');
    await app.get(CatalogueLoader).ended();
    expect(continued).toEqual(await lessonsOf(app));
  });

  it('is not loaded again', async () => {
    app = await host.startApp('small');
    await app.get(CatalogueLoader).ended();
    await app.close();
    const batches = jest.spyOn(SyncService.prototype, 'transaction');
    app = await host.startApp('small');
    await app.get(CatalogueLoader).ended();
    expect(app.get(CatalogueLoader).progress()).toMatchObject({ state: 'complete', loaded: 5_000 });
    expect(batches).not.toHaveBeenCalled();
  });

  it('stops when the app closes', async () => {
    app = await host.startApp('small');
    const loader = app.get(CatalogueLoader);
    await app.close();
    expect(loader.progress().state).toBe('stopped');
    expect(loader.progress().loaded).toBeLessThan(5_000);
  });
});
