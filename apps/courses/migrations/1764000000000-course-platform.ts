import type { MigrationInterface, QueryRunner } from 'typeorm';

const TABLES = [
  `CREATE TABLE "users" (
    "id" integer PRIMARY KEY AUTOINCREMENT NOT NULL,
    "name" text NOT NULL,
    "email" text COLLATE NOCASE NOT NULL,
    CONSTRAINT "users_email_unique" UNIQUE ("email")
  )`,
  `CREATE TABLE "courses" (
    "id" integer PRIMARY KEY AUTOINCREMENT NOT NULL,
    "title" text NOT NULL,
    "topic" text
  )`,
  `CREATE INDEX "courses_topic" ON "courses" ("topic")`,
  `CREATE TABLE "lessons" (
    "id" integer PRIMARY KEY AUTOINCREMENT NOT NULL,
    "courseId" integer NOT NULL,
    "title" text NOT NULL,
    "meaning" text,
    "synset" text,
    CONSTRAINT "lessons_synset_unique" UNIQUE ("synset"),
    CONSTRAINT "lessons_course_fk" FOREIGN KEY ("courseId") REFERENCES "courses" ("id") ON DELETE CASCADE ON UPDATE NO ACTION
  )`,
  `CREATE INDEX "lessons_course" ON "lessons" ("courseId")`,
  `CREATE TABLE "enrolments" (
    "id" integer PRIMARY KEY AUTOINCREMENT NOT NULL,
    "userId" integer NOT NULL,
    "courseId" integer NOT NULL,
    CONSTRAINT "enrolments_user_course_unique" UNIQUE ("userId", "courseId"),
    CONSTRAINT "enrolments_user_fk" FOREIGN KEY ("userId") REFERENCES "users" ("id") ON DELETE CASCADE ON UPDATE NO ACTION,
    CONSTRAINT "enrolments_course_fk" FOREIGN KEY ("courseId") REFERENCES "courses" ("id") ON DELETE CASCADE ON UPDATE NO ACTION
  )`,
  `CREATE TABLE "progress" (
    "userId" integer NOT NULL,
    "lessonId" integer NOT NULL,
    "score" real NOT NULL,
    CONSTRAINT "progress_user_fk" FOREIGN KEY ("userId") REFERENCES "users" ("id") ON DELETE CASCADE ON UPDATE NO ACTION,
    CONSTRAINT "progress_lesson_fk" FOREIGN KEY ("lessonId") REFERENCES "lessons" ("id") ON DELETE CASCADE ON UPDATE NO ACTION,
    PRIMARY KEY ("userId", "lessonId")
  )`,
  `CREATE TABLE "catalogue_loads" (
    "selection" text PRIMARY KEY NOT NULL,
    "done" integer NOT NULL,
    "finishedAt" text
  )`,
];

/** The schema of the first version; a test holds it equal to the entities. */
export class CoursePlatform1764000000000 implements MigrationInterface {
  readonly name = 'CoursePlatform1764000000000';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of TABLES) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of [
      'catalogue_loads',
      'progress',
      'enrolments',
      'lessons',
      'courses',
      'users',
    ]) {
      await runner.query(`DROP TABLE "${table}"`);
    }
  }
}
