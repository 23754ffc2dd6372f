import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { Course } from '../courses/course.entity';
import { Lesson } from '../courses/lesson.entity';
import { Enrolment } from '../learning/enrolment.entity';
import { Progress } from '../learning/progress.entity';
import { User } from '../users/user.entity';
import { WriteQueue } from '../writes/write-queue';

const COUNTED = {
  users: User,
  courses: Course,
  lessons: Lesson,
  enrolments: Enrolment,
  progress: Progress,
} as const;

export type Counts = Record<keyof typeof COUNTED, number>;

/** How many rows each part of the platform has, all seen at the same moment. */
@Injectable()
export class PlatformCounts {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly queue: WriteQueue,
  ) {}

  count(): Promise<Counts> {
    return this.queue.run(async () => {
      const counts: [string, number][] = [];
      for (const [name, entity] of Object.entries(COUNTED)) {
        counts.push([name, await this.dataSource.manager.count(entity)]);
      }
      return Object.fromEntries(counts) as Counts;
    });
  }
}
