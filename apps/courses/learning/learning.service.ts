import { Injectable } from '@nestjs/common';
import { InjectDataSource, InjectRepository } from '@nestjs/typeorm';
import { DataSource, type Repository } from 'typeorm';
import { Course } from '../courses/course.entity';
import { courseUnknown } from '../courses/courses.service';
import { Lesson } from '../courses/lesson.entity';
import { type Page, type PageQuery, window } from '../http/page.dto';
import { conflict, notFound } from '../http/refusal';
import { User } from '../users/user.entity';
import { userUnknown } from '../users/users.service';
import { isDuplicate } from '../writes/sqlite-code';
import { WriteQueue } from '../writes/write-queue';
import { Enrolment } from './enrolment.entity';
import type { NewEnrolment, NewProgress } from './learning.dto';
import { Progress } from './progress.entity';

/** Who learns what, and how far. Committed is not yet stored: the caller waits for `sync.flush()`. */
@Injectable()
export class LearningService {
  constructor(
    @InjectRepository(Enrolment) private readonly enrolments: Repository<Enrolment>,
    @InjectRepository(Progress) private readonly progress: Repository<Progress>,
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly queue: WriteQueue,
  ) {}

  /** @throws 404 `USER_UNKNOWN`, 404 `COURSE_UNKNOWN`, 409 `ALREADY_ENROLLED` */
  async enrol({ userId, courseId }: NewEnrolment): Promise<Enrolment> {
    try {
      return await this.queue.run(async () => {
        await this.demandUser(userId);
        if (!(await this.dataSource.manager.existsBy(Course, { id: courseId }))) {
          throw courseUnknown(courseId);
        }
        const { identifiers } = await this.enrolments.insert({ userId, courseId });
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
    return this.queue.run(async () => {
      await this.demandUser(userId);
      if (!(await this.dataSource.manager.existsBy(Lesson, { id: lessonId }))) {
        throw notFound('LESSON_UNKNOWN', `There is no lesson ${lessonId}.`);
      }
      await this.progress.upsert({ userId, lessonId, score }, ['userId', 'lessonId']);
      return { userId, lessonId, score };
    });
  }

  /** @throws 404 `USER_UNKNOWN` */
  progressOf(userId: number, query: PageQuery): Promise<Page<Progress>> {
    return this.queue.run(async () => {
      await this.demandUser(userId);
      const [items, total] = await this.progress.findAndCount({
        where: { userId },
        order: { lessonId: 'ASC' },
        ...window(query),
      });
      return { items, total };
    });
  }

  /** @throws 404 `USER_UNKNOWN` */
  enrolmentsOf(userId: number, query: PageQuery): Promise<Page<Enrolment>> {
    return this.queue.run(async () => {
      await this.demandUser(userId);
      const [items, total] = await this.enrolments.findAndCount({
        where: { userId },
        order: { id: 'ASC' },
        ...window(query),
      });
      return { items, total };
    });
  }

  private async demandUser(id: number): Promise<void> {
    if (!(await this.dataSource.manager.existsBy(User, { id }))) throw userUnknown(id);
  }
}
