import { type EntityManager, In } from 'typeorm';
import { Course } from './course.entity';
import { Lesson } from './lesson.entity';

/** A course of the catalogue has at most this many lessons, so that `GET /courses/:id` stays a readable size. */
export const LESSONS_PER_COURSE = 100;

/** A lesson as the catalogue brings it. */
export interface ImportedLesson {
  /** Identifies the source of the lesson; imported once. */
  readonly synset: string;
  /** Lessons of one topic are taught in the courses of that topic. */
  readonly topic: string;
  readonly topicTitle: string;
  readonly title: string;
  readonly meaning: string;
}

/** Inserts the lessons that are not there yet, opening further courses of a topic as they fill up. Returns how many. */
export async function addToCourses(
  manager: EntityManager,
  batch: readonly ImportedLesson[],
): Promise<number> {
  const shelves = new Map<string, Shelf>();
  const rows: Partial<Lesson>[] = [];
  for (const lesson of await withoutKnown(manager, batch)) {
    const { topic, title, meaning, synset } = lesson;
    const shelf = shelves.get(topic) ?? (await openShelf(manager, lesson));
    shelves.set(topic, shelf);
    rows.push({ courseId: await shelf.nextPlace(), title, meaning, synset });
  }
  if (rows.length === 0) return 0;
  // Nobody needs the new ids, so TypeORM need not set them on the rows.
  await manager
    .createQueryBuilder()
    .insert()
    .into(Lesson)
    .values(rows)
    .updateEntity(false)
    .execute();
  return rows.length;
}

async function withoutKnown(
  manager: EntityManager,
  batch: readonly ImportedLesson[],
): Promise<ImportedLesson[]> {
  const known = await manager.find(Lesson, {
    select: { synset: true },
    where: { synset: In(batch.map(({ synset }) => synset)) },
  });
  const synsets = new Set(known.map(({ synset }) => synset));
  return batch.filter(({ synset }) => !synsets.has(synset));
}

/** The courses of a topic as a row of places: the newest course is filled before another is opened. */
interface Shelf {
  /** The id of the course that the next lesson belongs to. */
  nextPlace(): Promise<number>;
}

async function openShelf(
  manager: EntityManager,
  { topic, topicTitle }: ImportedLesson,
): Promise<Shelf> {
  const courses = await manager.find(Course, { where: { topic }, order: { id: 'ASC' } });
  let parts = courses.length;
  let courseId = courses.at(-1)?.id;
  let taken = courseId === undefined ? 0 : await manager.countBy(Lesson, { courseId });
  return {
    async nextPlace() {
      if (courseId === undefined || taken >= LESSONS_PER_COURSE) {
        parts += 1;
        const course = await manager.save(Course, { title: `${topicTitle}, part ${parts}`, topic });
        courseId = course.id;
        taken = 0;
      }
      taken += 1;
      return courseId;
    },
  };
}
