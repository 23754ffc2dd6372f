import { Injectable } from '@nestjs/common';
import { InjectDataSource, InjectRepository } from '@nestjs/typeorm';
import { DataSource, type EntityManager, type Repository } from 'typeorm';
import { type Page, window } from '../http/page.dto';
import { notFound } from '../http/refusal';
import { WriteQueue } from '../writes/write-queue';
import { addToCourses, type ImportedLesson } from './course-import';
import type { CourseQuery, CourseWithLessons, NewCourse, NewLesson } from './course.dto';
import { Course } from './course.entity';
import { Lesson } from './lesson.entity';

/** Courses and lessons in the local database. Committed is not yet stored: the caller waits for `sync.flush()`. */
@Injectable()
export class CoursesService {
  constructor(
    @InjectRepository(Course) private readonly courses: Repository<Course>,
    @InjectRepository(Lesson) private readonly lessons: Repository<Lesson>,
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly queue: WriteQueue,
  ) {}

  /** The course and its lessons are created together or not at all. */
  create({ title, lessons = [] }: NewCourse): Promise<CourseWithLessons> {
    return this.inTransaction(async (manager) => {
      const course = await manager.save(Course, { title, topic: null });
      const rows = lessons.map((lesson) => newLesson(course.id, lesson));
      if (rows.length > 0) await manager.insert(Lesson, rows);
      return withLessons(course, rows as Lesson[]);
    });
  }

  async list({ search, ...query }: CourseQuery): Promise<Page<Course>> {
    const select = this.courses.createQueryBuilder('course').orderBy('course.id');
    if (search) {
      select.where(`course.title LIKE :pattern ESCAPE '\\'`, {
        pattern: `%${escapeLike(search)}%`,
      });
    }
    const { skip, take } = window(query);
    const [items, total] = await this.queue.run(() =>
      select.skip(skip).take(take).getManyAndCount(),
    );
    return { items, total };
  }

  /** @throws 404 `COURSE_UNKNOWN` */
  get(id: number): Promise<CourseWithLessons> {
    return this.queue.run(async () => {
      const course = await this.courses.findOneBy({ id });
      if (course === null) throw courseUnknown(id);
      const lessons = await this.lessons.find({ where: { courseId: id }, order: { id: 'ASC' } });
      return withLessons(course, lessons);
    });
  }

  /** @throws 404 `COURSE_UNKNOWN` */
  addLesson(courseId: number, { title }: NewLesson): Promise<Lesson> {
    return this.queue.run(async () => {
      if (!(await this.courses.existsBy({ id: courseId }))) throw courseUnknown(courseId);
      const lesson = newLesson(courseId, title);
      await this.lessons.insert(lesson);
      return lesson as Lesson;
    });
  }

  /**
   * Adds one batch of catalogue lessons in one transaction, to the courses of their topics; those that are there
   * already are left alone, so a batch may be repeated.
   *
   * @param alongside Writes in the same transaction: what it writes is there exactly if the batch is.
   * @returns How many lessons were new.
   */
  importMany(
    batch: readonly ImportedLesson[],
    alongside: (manager: EntityManager) => Promise<unknown>,
  ): Promise<number> {
    return this.inTransaction(async (manager) => {
      // Writing comes first: TypeORM begins without the write lock, and a transaction that has read already is refused
      // at once when another connection (a checkpoint) has it, while one that begins with a write waits for it.
      await alongside(manager);
      return addToCourses(manager, batch);
    });
  }

  private inTransaction<T>(work: (manager: EntityManager) => Promise<T>): Promise<T> {
    return this.queue.run(() => this.dataSource.transaction(work));
  }
}

export function courseUnknown(id: number): Error {
  return notFound('COURSE_UNKNOWN', `There is no course ${id}.`);
}

function withLessons({ id, title, topic }: Course, lessons: Lesson[]): CourseWithLessons {
  return { id, title, topic, lessons };
}

function newLesson(courseId: number, title: string): Omit<Lesson, 'id' | 'course'> {
  return { courseId, title, meaning: null, synset: null };
}

/** `%` and `_` of a search are letters, not wildcards. */
function escapeLike(text: string): string {
  return text.replace(/[\\%_]/g, (letter) => `\\${letter}`);
}
