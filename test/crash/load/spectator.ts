import type { CourseState, UserState } from '../model/platform';
import type { PlatformModel } from '../model/platform-model';
import type { Uncertain } from '../model/uncertain';
import type { Random } from '../random';
import type { Client } from './client';
import type { Tally } from './tally';

const USERS_PAGE = 500;

/**
 * Reads what others are just writing, and takes every answer for a promise: what it shows has to be there from then on,
 * although its writer may not have been answered.
 */
export class Spectator {
  constructor(
    private readonly client: Client,
    private readonly model: PlatformModel,
    private readonly random: Random,
    private readonly tally: Tally,
  ) {}

  async run(): Promise<void> {
    while (!this.client.ended && !this.tally.hopeless) await this.step(this.random.int(1, 10));
    this.client.close();
  }

  private step(dice: number): Promise<void> {
    if (dice <= 4) return this.lookAtUsers();
    if (dice <= 7) return this.lookAtUser();
    return this.lookAtCourse();
  }

  /** Shows users that have just been made. */
  private async lookAtUsers(): Promise<void> {
    const answer = await this.client.read({ method: 'GET', path: `/users?limit=${USERS_PAGE}` });
    for (const { email } of itemsOf<{ email: string }>(answer?.body)) {
      this.note(this.model.users.get(email.toLowerCase()), (state) => state !== null);
    }
  }

  /** Shows that a user has been deleted: ids do not come again. */
  private async lookAtUser(): Promise<void> {
    const user = this.any(this.model.users);
    const id = user?.states[0]?.id;
    if (user === null || id == null) return this.lookAtUsers();
    const answer = await this.client.read({ method: 'GET', path: `/users/${id}` });
    if (answer?.status === 404) this.note(user, (state: UserState | null) => state === null);
  }

  /** Shows the lessons of a course, the newest included. */
  private async lookAtCourse(): Promise<void> {
    const course = this.any(this.model.courses);
    const id = course?.states[0]?.id;
    if (course === null || id == null) return this.lookAtUsers();
    const answer = await this.client.read({ method: 'GET', path: `/courses/${id}` });
    const { lessons } = (answer?.body ?? {}) as { lessons?: { title: string }[] };
    if (lessons === undefined) return;
    const titles = new Set(lessons.map(({ title }) => title));
    this.note(course, (state: CourseState | null) => state !== null && hasAll(state, titles));
  }

  private note<State>(
    thing: Uncertain<State> | undefined,
    is: (state: State | null) => boolean,
  ): void {
    const ruledOut = thing?.shown(is);
    if (ruledOut === undefined) return;
    this.tally.shown++;
    if (ruledOut > 0) this.tally.shownEarly++;
  }

  private any<State>(things: ReadonlyMap<string, Uncertain<State>>): Uncertain<State> | null {
    const all = [...things.values()];
    return all.length === 0 ? null : this.random.pick(all);
  }
}

function hasAll({ lessons }: CourseState, titles: ReadonlySet<string>): boolean {
  const known = Object.keys(lessons);
  return known.length === titles.size && known.every((title) => titles.has(title));
}

function itemsOf<Row>(body: unknown): readonly Row[] {
  return (body as { items?: Row[] } | undefined)?.items ?? [];
}
