import type { CourseState, UserState } from '../model/platform';
import type { PlatformModel } from '../model/platform-model';
import type { Uncertain } from '../model/uncertain';
import { Connection, type Outcome, type Request } from './connection';
import type { Tally } from './tally';

export interface ClientOptions {
  readonly url: string;
  /** Name of this client, the same in every life: it alone changes what it made. */
  readonly name: string;
  readonly life: number;
  readonly model: PlatformModel;
  readonly tally: Tally;
  /** Whether the app has been killed: from then on a missing answer is right. */
  readonly ended: () => boolean;
}

/** A write that has to be answered with `status`. */
export interface Change<State> {
  readonly request: Request;
  readonly status: number;
  /** The state behind it, from the answer's body; from undefined where there is no answer. */
  readonly after: (body: unknown) => State | null;
}

/** Sends requests; tells the model before each what may come of it, and after each answer what did. */
export class Client {
  private readonly connection: Connection;
  /** For the second of two requests at once. */
  private readonly other: Connection;
  private made = 0;

  constructor(private readonly options: ClientOptions) {
    this.connection = new Connection(options.url);
    this.other = new Connection(options.url, { keepAlive: false });
  }

  get ended(): boolean {
    return this.options.ended();
  }

  /** Resolves when the next request is out. */
  nextSent(): Promise<void> {
    return new Promise((resolve) => (this.connection.onSent = resolve));
  }

  close(): void {
    this.connection.close();
    this.other.close();
  }

  async change<State>(
    thing: Uncertain<State>,
    { request, status, after }: Change<State>,
  ): Promise<void> {
    const [before] = thing.states;
    thing.may(after(undefined));
    const outcome = await this.connection.send(request);
    this.count(request, outcome, [status]);
    if (outcome.kind !== 'answered') return;
    if (outcome.status === status) thing.settle(after(outcome.body));
    else if (outcome.status >= 400 && outcome.status < 500) thing.settle(before!);
  }

  /** Two changes of a new thing at once: exactly one is answered with 201, the other with 409. */
  async race<State>(
    thing: Uncertain<State>,
    changes: readonly [Change<State>, Change<State>],
  ): Promise<void> {
    thing.may(...changes.map(({ after }) => after(undefined)));
    const [first, second] = changes;
    const outcomes = await Promise.all([
      this.connection.send(first.request),
      this.other.send(second.request),
    ]);
    changes.forEach(({ request }, at) => this.count(request, outcomes[at]!, [201, 409]));
    const won = outcomes.findIndex((outcome) => isAnswer(outcome, 201));
    const lost = outcomes.findIndex((outcome) => isAnswer(outcome, 409));
    if (outcomes.every(({ kind }) => kind === 'answered') && (won < 0 || lost < 0)) {
      this.options.tally.unexpected(second.request, outcomes[1], 'one 201 and one 409');
    }
    const winner = outcomes[won];
    if (winner?.kind === 'answered') thing.settle(changes[won]!.after(winner.body));
    // A 409 tells of the other one's row, so it leaves when that is stored.
    else if (lost >= 0) thing.settle(changes[1 - lost]!.after(undefined));
  }

  /** A write that has to be refused with `status`, and so changes nothing. */
  async refused(request: Request, status: number): Promise<void> {
    this.count(request, await this.connection.send(request), [status]);
  }

  /** Null if there is no answer because the app is dead. Whether the body is right is for the caller to say. */
  async read(request: Request): Promise<(Outcome & { readonly kind: 'answered' }) | null> {
    const outcome = await this.connection.send(request);
    if (outcome.kind === 'answered') return outcome;
    if (!this.ended) this.options.tally.unexpected(request, outcome, '200');
    return null;
  }

  /** Unique over all clients and lives. */
  label(kind: string): string {
    const { name, life } = this.options;
    return `${kind}${life}-${name}-${++this.made}`;
  }

  newUser(email: string): Uncertain<UserState> {
    return this.options.model.user(email, this.options.name);
  }

  newCourse(title: string): Uncertain<CourseState> {
    return this.options.model.course(title, this.options.name);
  }

  /** What this client made, is certain of and can address. */
  users(): Uncertain<UserState>[] {
    return this.own(this.options.model.users);
  }

  courses(): Uncertain<CourseState>[] {
    return this.own(this.options.model.courses);
  }

  private own<State extends UserState | CourseState>(
    things: ReadonlyMap<string, Uncertain<State>>,
  ): Uncertain<State>[] {
    const { name } = this.options;
    return [...things.values()].filter(({ owner, state }) => owner === name && state?.id != null);
  }

  private count(request: Request, outcome: Outcome, expected: readonly number[]): void {
    const { tally } = this.options;
    const wanted = expected.join(' or ');
    if (outcome.kind === 'answered') {
      if (!expected.includes(outcome.status)) tally.unexpected(request, outcome, wanted);
      else if (outcome.status < 300) tally.acknowledged++;
      else tally.refused++;
      return;
    }
    if (!this.ended) tally.unexpected(request, outcome, wanted);
    if (outcome.kind === 'in-flight') tally.inFlight++;
    else tally.broken++;
  }
}

const isAnswer = (outcome: Outcome, status: number): boolean =>
  outcome.kind === 'answered' && outcome.status === status;
