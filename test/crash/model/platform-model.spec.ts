import { assemble, type PlatformRows } from './platform';
import { PlatformModel } from './platform-model';

const ADA = { id: 1, name: 'Ada', email: 'Ada@example.org' };
const SEA = { id: 5, title: 'Sea' };
const NO_ROWS: PlatformRows = { users: [], courses: [], lessons: [], enrolments: [], progress: [] };
const ada = { id: 1, name: 'Ada', enrolments: [], progress: {} };
const sea = { id: null, lessons: { tide: null, swell: null } };

const platform = (rows: Partial<PlatformRows>) => assemble({ ...NO_ROWS, ...rows });

const lessons = (...titles: string[]) =>
  titles.map((title, at) => ({ id: at + 1, courseId: SEA.id, title }));

describe('PlatformModel', () => {
  it('finds nothing wrong where everything acknowledged is there', () => {
    const model = new PlatformModel();
    model.course('Sea', 'me').settle(sea);
    model.user('ada@example.org', 'me').settle({
      ...ada,
      enrolments: ['Sea'],
      progress: { tide: 7 },
    });
    const actual = platform({
      users: [ADA],
      courses: [SEA],
      lessons: lessons('tide', 'swell'),
      enrolments: [{ userId: 1, courseId: 5 }],
      progress: [{ userId: 1, lessonId: 1, score: 7 }],
    });
    expect(model.wrong(actual)).toEqual([]);
  });

  it('misses what was acknowledged and is gone, or is not the same', () => {
    const model = new PlatformModel();
    model.user('ada@example.org', 'me').settle({ ...ada, enrolments: ['Sea'], progress: {} });
    expect(model.wrong(platform({}))).toEqual([expect.stringContaining('is gone')]);
    const withoutEnrolment = platform({ users: [ADA] });
    expect(model.wrong(withoutEnrolment)).toEqual([expect.stringContaining('not the same')]);
    const underAnotherId = platform({ users: [{ ...ADA, id: 2 }] });
    expect(model.wrong(underAnotherId)).toHaveLength(1);
  });

  it('reports what was deleted or refused, and is there', () => {
    const model = new PlatformModel();
    model.user('ada@example.org', 'me').settle(null);
    expect(model.wrong(platform({ users: [ADA] }))).toEqual([
      expect.stringContaining('deleted or refused'),
    ]);
  });

  it('reports what nobody asked for, and what is there twice', () => {
    const model = new PlatformModel();
    expect(model.wrong(platform({ users: [ADA] }))).toEqual([
      expect.stringContaining('never asked for'),
    ]);
    model.course('Sea', 'me').settle({ id: null, lessons: {} });
    const twice = platform({ courses: [SEA, { ...SEA, id: 6 }] });
    expect(model.wrong(twice)).toEqual([expect.stringContaining('twice')]);
    const hanging = platform({ courses: [SEA], progress: [{ userId: 9, lessonId: 9, score: 1 }] });
    expect(model.wrong(hanging)).toEqual([expect.stringContaining('hangs')]);
  });

  it('takes a change in flight whole or not at all, never by halves', () => {
    const model = new PlatformModel();
    model.course('Sea', 'me').may(sea);
    expect(model.wrong(platform({}))).toEqual([]);
    const whole = platform({ courses: [SEA], lessons: lessons('tide', 'swell') });
    expect(model.wrong(whole)).toEqual([]);
    const half = platform({ courses: [SEA], lessons: lessons('tide') });
    expect(model.wrong(half)).toEqual([expect.stringContaining('neither whole nor absent')]);
  });

  it('misses what somebody else was shown, although its writer was not answered', () => {
    const model = new PlatformModel();
    const course = model.course('Sea', 'me');
    course.may(sea);
    expect(course.shown((state) => state !== null)).toBe(1);
    expect(model.wrong(platform({}))).toEqual([expect.stringContaining('is gone')]);
    const user = model.user('ada@example.org', 'me');
    user.settle(ada);
    user.may(null);
    expect(user.shown((state) => state === null)).toBe(1);
    const both = { courses: [SEA], lessons: lessons('tide', 'swell') };
    expect(model.wrong(platform({ ...both, users: [ADA] }))).toHaveLength(1);
    expect(model.wrong(platform(both))).toEqual([]);
  });

  it('learns nothing from what was shown and has been replaced since', () => {
    const model = new PlatformModel();
    const user = model.user('ada@example.org', 'me');
    user.settle(null);
    expect(user.shown((state) => state !== null)).toBeUndefined();
    user.settle(ada);
    user.may(null);
    expect(user.shown((state) => state !== null)).toBe(0);
    expect(user.states).toEqual([ada, null]);
  });

  it('holds what was seen of a change in flight to be certain afterwards', () => {
    const model = new PlatformModel();
    model.user('ada@example.org', 'me').may(ada);
    model.course('Sea', 'me').may(sea);
    expect(model.settle(platform({ users: [ADA] }))).toEqual({ done: 1, undone: 1 });
    expect(model.wrong(platform({}))).toEqual([expect.stringContaining('is gone')]);
    const both = platform({ users: [ADA], courses: [SEA], lessons: lessons('tide', 'swell') });
    expect(model.wrong(both)).toEqual([expect.stringContaining('never asked for')]);
  });
});
