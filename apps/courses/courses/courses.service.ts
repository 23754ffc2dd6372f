import { Injectable } from '@nestjs/common';
import { InjectDataSource, InjectRepository } from '@nestjs/typeorm';
import { DataSource, type Repository } from 'typeorm';
import { type Page, window } from '../http/page.dto';
import { notFound } from '../http/refusal';
import type { CourseQuery, CourseWithLessons, NewCourse, NewLesson } from './course.dto';
import { Course } from './course.entity';
import { Lesson } from './lesson.entity';

/** Courses and lessons in the local database. Committed is not yet stored: the answers of the controllers wait for that. */
@Injectable()
export class CoursesService {
  constructor(
    @InjectRepository(Course) private readonly courses: Repository<Course>,
    @InjectRepository(Lesson) private readonly lessons: Repository<Lesson>,
    @InjectDataSource() private readonly dataSource: DataSource,
  ) {}

  /** The course and its lessons are created together or not at all. */
  create({ title, lessons = [] }: NewCourse): Promise<CourseWithLessons> {
    return this.dataSource.transaction(async (manager) => {
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
    const [items, total] = await select.skip(skip).take(take).getManyAndCount();
    return { items, total };
  }

  /** @throws 404 `COURSE_UNKNOWN` */
  async get(id: number): Promise<CourseWithLessons> {
    const course = await this.courses.findOneBy({ id });
    if (course === null) throw courseUnknown(id);
    const lessons = await this.lessons.find({ where: { courseId: id }, order: { id: 'ASC' } });
    return withLessons(course, lessons);
  }

  /** @throws 404 `COURSE_UNKNOWN` */
  addLesson(courseId: number, { title }: NewLesson): Promise<Lesson> {
    return this.dataSource.transaction(async (manager) => {
      if (!(await manager.existsBy(Course, { id: courseId }))) throw courseUnknown(courseId);
      const lesson = newLesson(courseId, title);
      await manager.insert(Lesson, lesson);
      return lesson as Lesson;
    });
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
