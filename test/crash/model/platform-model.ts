import { sameCourse, sameUser, type CourseState, type Platform, type UserState } from './platform';
import { Uncertain } from './uncertain';

/** What became of the changes whose answers were missing. */
export interface Settled {
  readonly done: number;
  readonly undone: number;
}

/**
 * What must be in the database: everything acknowledged, nothing refused, what was in flight whole or not at all, and
 * nothing else.
 */
export class PlatformModel {
  readonly users = new Map<string, Uncertain<UserState>>();
  readonly courses = new Map<string, Uncertain<CourseState>>();

  user(email: string, owner: string): Uncertain<UserState> {
    return entry(this.users, email.toLowerCase(), owner);
  }

  course(title: string, owner: string): Uncertain<CourseState> {
    return entry(this.courses, title, owner);
  }

  /** Every way in which `actual` is wrong, a sentence each; empty if it is right. */
  wrong(actual: Platform): string[] {
    return [
      ...actual.flaws,
      ...wrongEntries('user', this.users, actual.users, sameUser),
      ...wrongEntries('course', this.courses, actual.courses, sameCourse),
    ];
  }

  /** Takes over what was seen, which must be right and stored for good: nothing is uncertain afterwards. */
  settle(actual: Platform): Settled {
    const users = settleEntries(this.users, actual.users, sameUser);
    const courses = settleEntries(this.courses, actual.courses, sameCourse);
    return { done: users.done + courses.done, undone: users.undone + courses.undone };
  }
}

function entry<State>(
  entries: Map<string, Uncertain<State>>,
  key: string,
  owner: string,
): Uncertain<State> {
  let found = entries.get(key);
  if (!found) entries.set(key, (found = new Uncertain<State>(key, owner)));
  return found;
}

function wrongEntries<State>(
  what: string,
  expected: ReadonlyMap<string, Uncertain<State>>,
  actual: ReadonlyMap<string, State>,
  same: (a: State, b: State) => boolean,
): string[] {
  const wrong: string[] = [];
  for (const key of actual.keys()) {
    if (!expected.has(key)) wrong.push(`${what} "${key}" was never asked for`);
  }
  for (const [key, { states }] of expected) {
    const found = actual.get(key) ?? null;
    if (!states.some((state) => matches(state, found, same)))
      wrong.push(`${what} "${key}" ${complaint(states, found)}`);
  }
  return wrong;
}

function matches<State>(
  expected: State | null,
  found: State | null,
  same: (a: State, b: State) => boolean,
): boolean {
  return expected === null || found === null ? expected === found : same(expected, found);
}

function complaint<State>(states: readonly (State | null)[], found: State | null): string {
  const detail = `${states.map(show).join(' or ')} was expected, ${show(found)} is there`;
  if (states.length > 1) return `was in flight and is neither whole nor absent: ${detail}`;
  if (states[0] === null) return `was deleted or refused, and is there: ${detail}`;
  return `was acknowledged and is ${found === null ? 'gone' : 'not the same'}: ${detail}`;
}

const show = (state: unknown): string => (state === null ? 'nothing' : JSON.stringify(state));

function settleEntries<State>(
  entries: Map<string, Uncertain<State>>,
  actual: ReadonlyMap<string, State>,
  same: (a: State, b: State) => boolean,
): Settled {
  let [done, undone] = [0, 0];
  for (const [key, uncertain] of entries) {
    const found = actual.get(key) ?? null;
    if (!uncertain.certain) {
      // The first of the states is the one from before.
      if (matches(uncertain.states[0]!, found, same)) undone++;
      else done++;
    }
    uncertain.settle(found);
    if (found === null) entries.delete(key);
  }
  return { done, undone };
}
