import type { CourseState, UserState } from '../model/platform';
import type { Uncertain } from '../model/uncertain';
import type { Random } from '../random';
import type { Change, Client } from './client';
import type { Request } from './connection';
import type { Tally } from './tally';

// A person keeps its part of the database small, so that reading all of it back stays quick.
const USERS_KEPT = 14;
const COURSES_KEPT = 8;
const COURSES_PER_LIFE = 3;
const LESSONS_OF_NEW_COURSE = 150;
const LESSONS_KEPT = 180;
const NO_SUCH_ID = 999_999_999;

/** Uses the platform as dice say: what it asks for next depends on what it has, never on what others do. */
export class Person {
  private coursesMade = 0;

  constructor(
    private readonly client: Client,
    private readonly random: Random,
    private readonly tally: Tally,
  ) {}

  async run(): Promise<void> {
    while (!this.client.ended && !this.tally.hopeless) await this.step(this.random.int(1, 100));
    this.client.close();
  }

  private step(dice: number): Promise<void> {
    if (dice <= 30) return this.newUser();
    if (dice <= 42) return this.deleteUser();
    if (dice <= 48) return this.takenEmail();
    if (dice <= 52) return this.sameEmailTwiceAtOnce();
    if (dice <= 64) return this.enrol();
    if (dice <= 80) return this.recordProgress();
    if (dice <= 86) return this.newCourse();
    if (dice <= 93) return this.newLesson();
    if (dice <= 97) return this.readCourse();
    return this.nonsense();
  }

  newUser(): Promise<void> {
    if (this.client.users().length >= USERS_KEPT) return this.deleteUser();
    const email = `${this.client.label('u')}@example.org`;
    return this.client.change(this.client.newUser(email), this.userMade(email));
  }

  private sameEmailTwiceAtOnce(): Promise<void> {
    const email = `${this.client.label('d')}@example.org`;
    const both = [this.userMade(email), this.userMade(email)] as const;
    return this.client.race(this.client.newUser(email), both);
  }

  private userMade(email: string): Change<UserState> {
    const name = this.random.text(this.random.int(10, 180));
    return {
      request: { method: 'POST', path: '/users', body: { name, email } },
      status: 201,
      after: (body) => ({ id: idOf(body), name, enrolments: [], progress: {} }),
    };
  }

  private deleteUser(): Promise<void> {
    const user = this.anyUser();
    if (!user) return this.newCourse();
    return this.client.change(user, {
      request: { method: 'DELETE', path: `/users/${user.state!.id}` },
      status: 204,
      after: () => null,
    });
  }

  private takenEmail(): Promise<void> {
    const user = this.anyUser();
    if (!user) return this.newUser();
    const email = this.random.pick([user.key, user.key.toUpperCase()]);
    const body = { name: this.random.text(20), email };
    return this.client.refused({ method: 'POST', path: '/users', body }, 409);
  }

  private enrol(): Promise<void> {
    const user = this.anyUser();
    const course = this.anyCourse();
    if (!user || !course) return this.newCourse();
    const before = user.state!;
    const to = (courseId: number | null): Request => {
      return { method: 'POST', path: '/enrolments', body: { userId: before.id, courseId } };
    };
    const request = to(course.state!.id);
    if (before.enrolments.includes(course.key)) return this.client.refused(request, 409);
    if (this.random.int(1, 10) === 1) return this.client.refused(to(NO_SUCH_ID), 404);
    const after = { ...before, enrolments: [...before.enrolments, course.key] };
    return this.client.change(user, { request, status: 201, after: () => after });
  }

  private recordProgress(): Promise<void> {
    const user = this.anyUser();
    const lessons = Object.entries(this.anyCourse()?.state?.lessons ?? {});
    const known = lessons.filter(([, id]) => id !== null);
    if (!user || known.length === 0) return this.readCourse();
    const [title, lessonId] = this.random.pick(known);
    const before = user.state!;
    const score = this.random.int(0, 1_000_000) / 8;
    const after = { ...before, progress: { ...before.progress, [title]: score } };
    return this.client.change(user, {
      request: { method: 'PUT', path: '/progress', body: { userId: before.id, lessonId, score } },
      status: 200,
      after: () => after,
    });
  }

  /** Many statements in one transaction: the course is there with every lesson, or not at all. */
  private newCourse(): Promise<void> {
    if (this.coursesMade >= COURSES_PER_LIFE || this.client.courses().length >= COURSES_KEPT) {
      return this.newLesson();
    }
    this.coursesMade++;
    const title = this.title('c');
    const count = this.random.int(2, LESSONS_OF_NEW_COURSE);
    const lessons = Array.from({ length: count }, () => this.title('l'));
    return this.client.change(this.client.newCourse(title), {
      request: { method: 'POST', path: '/courses', body: { title, lessons } },
      status: 201,
      after: (body) => ({
        id: idOf(body),
        lessons: Object.fromEntries(lessons.map((lesson) => [lesson, null])),
      }),
    });
  }

  private newLesson(): Promise<void> {
    const course = this.anyCourse();
    if (!course) return this.newUser();
    const before = course.state!;
    if (Object.keys(before.lessons).length >= LESSONS_KEPT) return this.recordProgress();
    const title = this.title('l');
    return this.client.change(course, {
      request: { method: 'POST', path: `/courses/${before.id}/lessons`, body: { title } },
      status: 201,
      after: (body) => ({ ...before, lessons: { ...before.lessons, [title]: idOf(body) } }),
    });
  }

  /** A read under load gives what was acknowledged, and tells the ids of the lessons. */
  private async readCourse(): Promise<void> {
    const course = this.anyCourse();
    if (!course) return this.newUser();
    const before: CourseState = course.state!;
    const request: Request = { method: 'GET', path: `/courses/${before.id}` };
    const answer = await this.client.read(request);
    if (!answer || (answer.status === 200 && answer.body === undefined)) return;
    const found = (answer.body as { lessons?: { id: number; title: string }[] }).lessons ?? [];
    const lessons = Object.fromEntries(found.map(({ title, id }) => [title, id]));
    const titles = Object.keys(before.lessons);
    const right = found.length === titles.length && titles.every((title) => title in lessons);
    if (right) course.settle({ ...before, lessons });
    else this.tally.unexpected(request, answer, `the ${titles.length} lessons acknowledged`);
  }

  private nonsense(): Promise<void> {
    const [request, status] = this.random.pick<[Request, number]>([
      [{ method: 'POST', path: '/users', body: { name: 'x', email: 'no address' } }, 400],
      [{ method: 'POST', path: '/courses', body: { title: this.title('c'), lessons: [''] } }, 400],
      [{ method: 'DELETE', path: `/users/${NO_SUCH_ID}` }, 404],
      [{ method: 'PUT', path: '/progress', body: { userId: 1, lessonId: 1, score: -1 } }, 400],
    ]);
    return this.client.refused(request, status);
  }

  private title(kind: string): string {
    return `${this.client.label(kind)} ${this.random.text(this.random.int(10, 200))}`;
  }

  private anyUser(): Uncertain<UserState> | null {
    const users = this.client.users();
    return users.length === 0 ? null : this.random.pick(users);
  }

  private anyCourse(): Uncertain<CourseState> | null {
    const courses = this.client.courses();
    return courses.length === 0 ? null : this.random.pick(courses);
  }
}

function idOf(body: unknown): number | null {
  const id = (body as { id?: unknown } | undefined)?.id;
  return typeof id === 'number' ? id : null;
}
