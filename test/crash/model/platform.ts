/** A user with all that belongs to it; a delete takes all of it. */
export interface UserState {
  /** Null while no answer has told it. */
  readonly id: number | null;
  readonly name: string;
  /** Titles of courses. */
  readonly enrolments: readonly string[];
  /** Score by title of a lesson. */
  readonly progress: Readonly<Record<string, number>>;
}

/** A course with its lessons: id (null while not told) by title. */
export interface CourseState {
  readonly id: number | null;
  readonly lessons: Readonly<Record<string, number | null>>;
}

/** What a database holds. Users by lower-case email, courses by title; the load makes every title once. */
export interface Platform {
  readonly users: ReadonlyMap<string, UserState>;
  readonly courses: ReadonlyMap<string, CourseState>;
  /** What is there more than once although it was made once, and references to what is not there. */
  readonly flaws: readonly string[];
}

/** The rows of a platform as the app or its file gives them. */
export interface PlatformRows {
  readonly users: readonly { readonly id: number; readonly name: string; readonly email: string }[];
  readonly courses: readonly { readonly id: number; readonly title: string }[];
  readonly lessons: readonly {
    readonly id: number;
    readonly courseId: number;
    readonly title: string;
  }[];
  readonly enrolments: readonly { readonly userId: number; readonly courseId: number }[];
  readonly progress: readonly {
    readonly userId: number;
    readonly lessonId: number;
    readonly score: number;
  }[];
}

/** Joins rows to aggregates; whatever does not join is a flaw, never dropped. */
export function assemble(rows: PlatformRows): Platform {
  const flaws: string[] = [];
  const courses = new Map<string, { id: number; lessons: Record<string, number> }>();
  const users = new Map<string, UserState & { enrolments: string[] }>();
  const progressOf = new Map<number, Record<string, number>>();
  const courseById = new Map<number, string>();
  const lessonById = new Map<number, string>();
  const userById = new Map<number, string>();

  for (const { id, title } of rows.courses) {
    if (courses.has(title)) flaws.push(`course "${title}" is there twice`);
    courses.set(title, { id, lessons: {} });
    courseById.set(id, title);
  }
  for (const { id, courseId, title } of rows.lessons) {
    const course = courses.get(courseById.get(courseId) ?? '');
    if (!course) flaws.push(`lesson "${title}" belongs to course ${courseId}, which is not there`);
    else if (title in course.lessons) flaws.push(`lesson "${title}" is there twice`);
    else course.lessons[title] = id;
    lessonById.set(id, title);
  }
  for (const { id, name, email } of rows.users) {
    const key = email.toLowerCase();
    if (users.has(key)) flaws.push(`user ${key} is there twice`);
    const progress = {};
    users.set(key, { id, name, enrolments: [], progress });
    progressOf.set(id, progress);
    userById.set(id, key);
  }
  for (const { userId, courseId } of rows.enrolments) {
    const user = users.get(userById.get(userId) ?? '');
    const title = courseById.get(courseId);
    if (!user || title === undefined) flaws.push(`enrolment of ${userId} in ${courseId} hangs`);
    else user.enrolments.push(title);
  }
  for (const { userId, lessonId, score } of rows.progress) {
    const progress = progressOf.get(userId);
    const title = lessonById.get(lessonId);
    if (!progress || title === undefined) flaws.push(`progress of ${userId} in ${lessonId} hangs`);
    else progress[title] = score;
  }
  return { users, courses, flaws };
}

export function sameUser(a: UserState, b: UserState): boolean {
  return (
    sameId(a.id, b.id) &&
    a.name === b.name &&
    sameList(a.enrolments, b.enrolments) &&
    sameEntries(a.progress, b.progress, (x, y) => x === y)
  );
}

export function sameCourse(a: CourseState, b: CourseState): boolean {
  return sameId(a.id, b.id) && sameEntries(a.lessons, b.lessons, sameId);
}

const sameId = (a: number | null, b: number | null): boolean => a === null || b === null || a === b;

function sameList(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.toSorted().join('\n') === b.toSorted().join('\n');
}

function sameEntries<T>(
  a: Readonly<Record<string, T>>,
  b: Readonly<Record<string, T>>,
  same: (a: T, b: T) => boolean,
): boolean {
  const keys = Object.keys(a);
  return (
    keys.length === Object.keys(b).length &&
    keys.every((key) => key in b && same(a[key] as T, b[key] as T))
  );
}
