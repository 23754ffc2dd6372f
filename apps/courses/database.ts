import { CatalogueLoad } from './catalogue/catalogue-load.entity';
import { Course } from './courses/course.entity';
import { Lesson } from './courses/lesson.entity';
import { Enrolment } from './learning/enrolment.entity';
import { Progress } from './learning/progress.entity';
import { CoursePlatform1764000000000 } from './migrations/1764000000000-course-platform';
import { User } from './users/user.entity';

/** The schema comes from migrations: `synchronize` would guess, and may drop columns with their data. */
export const database = {
  entities: [User, Course, Lesson, Enrolment, Progress, CatalogueLoad],
  migrations: [CoursePlatform1764000000000],
  migrationsRun: true,
};
