import { Injectable } from '@nestjs/common';
import { InjectDataSource, InjectRepository } from '@nestjs/typeorm';
import { DataSource, type EntityManager, type Repository } from 'typeorm';
import { Course } from '../courses/course.entity';
import { courseUnknown } from '../courses/courses.service';
import { Lesson } from '../courses/lesson.entity';
import { type Page, type PageQuery, window } from '../http/page.dto';
import { conflict, notFound } from '../http/refusal';
import { User } from '../users/user.entity';
import { userUnknown } from '../users/users.service';
import { isDuplicate } from '../http/sqlite-code';
import { Enrolment } from './enrolment.entity';
import type { NewEnrolment, NewProgress } from './learning.dto';
import { Progress } from './progress.entity';

/** Who learns what, and how far. Committed is not yet stored: the answers of the controllers wait for that. */
@Injectable()
export class LearningService {
  constructor(
    @InjectRepository(Enrolment) private readonly enrolments: Repository<Enrolment>,
    @InjectRepository(Progress) private readonly progress: Repository<Progress>,
    @InjectDataSource() private readonly dataSource: DataSource,
  ) {}

  /** @throws 404 `USER_UNKNOWN`, 404 `COURSE_UNKNOWN`, 409 `ALREADY_ENROLLED` */
  async enrol({ userId, courseId }: NewEnrolment): Promise<Enrolment> {
    try {
      return await this.dataSource.transaction(async (manager) => {
        await demandUser(manager, userId);
        if (!(await manager.existsBy(Course, { id: courseId }))) throw courseUnknown(courseId);
        const { identifiers } = await manager.insert(Enrolment, { userId, courseId });
        return { id: identifiers[0]!['id'] as number, userId, courseId };
      });
    } catch (error) {
      if (isDuplicate(error)) {
        throw conflict('ALREADY_ENROLLED', `User ${userId} takes course ${courseId} already.`);
      }
      throw error;
    }
  }

  /**
   * Records the score of a lesson; a later score of the same lesson replaces it.
   * @throws 404 `USER_UNKNOWN`, 404 `LESSON_UNKNOWN`
   */
  record({ userId, lessonId, score }: NewProgress): Promise<Progress> {
    return this.dataSource.transaction(async (manager) => {
      await demandUser(manager, userId);
      if (!(await manager.existsBy(Lesson, { id: lessonId }))) {
        throw notFound('LESSON_UNKNOWN', `There is no lesson ${lessonId}.`);
      }
      await manager.upsert(Progress, { userId, lessonId, score }, ['userId', 'lessonId']);
      return { userId, lessonId, score };
    });
  }

  /** @throws 404 `USER_UNKNOWN` */
  async progressOf(userId: number, query: PageQuery): Promise<Page<Progress>> {
    await demandUser(this.dataSource.manager, userId);
    const [items, total] = await this.progress.findAndCount({
      where: { userId },
      order: { lessonId: 'ASC' },
      ...window(query),
    });
    return { items, total };
  }

  /** @throws 404 `USER_UNKNOWN` */
  async enrolmentsOf(userId: number, query: PageQuery): Promise<Page<Enrolment>> {
    await demandUser(this.dataSource.manager, userId);
    const [items, total] = await this.enrolments.findAndCount({
      where: { userId },
      order: { id: 'ASC' },
      ...window(query),
    });
    return { items, total };
  }
}

async function demandUser(manager: EntityManager, id: number): Promise<void> {
  if (!(await manager.existsBy(User, { id }))) throw userUnknown(id);
}
