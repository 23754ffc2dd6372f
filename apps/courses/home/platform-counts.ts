import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { Course } from '../courses/course.entity';
import { Lesson } from '../courses/lesson.entity';
import { Enrolment } from '../learning/enrolment.entity';
import { Progress } from '../learning/progress.entity';
import { User } from '../users/user.entity';

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
  constructor(@InjectDataSource() private readonly dataSource: DataSource) {}

  /** One statement, because two of them would see two moments. */
  async count(): Promise<Counts> {
    const columns = Object.entries(COUNTED).map(([name, entity]) => {
      const { tablePath } = this.dataSource.getMetadata(entity);
      return `(SELECT count(*) FROM "${tablePath}") AS "${name}"`;
    });
    const rows: [Counts] = await this.dataSource.query(`SELECT ${columns.join(', ')}`);
    return rows[0];
  }
}
