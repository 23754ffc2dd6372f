/**
 * One thing in the database as its only writer knows it: a state, or, while the answer to a change is missing, each state
 * it may be in. Null is "not there".
 */
export class Uncertain<State> {
  private possible: readonly (State | null)[] = [null];

  constructor(
    readonly key: string,
    /** Which client alone changes it. */
    readonly owner: string,
  ) {}

  get states(): readonly (State | null)[] {
    return this.possible;
  }

  get certain(): boolean {
    return this.possible.length === 1;
  }

  /** The state, where it is certain and there; else null. */
  get state(): State | null {
    return this.certain ? this.possible[0]! : null;
  }

  /** A change has been sent: from here on each of `states` is right as well. */
  may(...states: (State | null)[]): void {
    this.possible = [...this.possible, ...states];
  }

  /**
   * Somebody was shown a state for which `is` holds: what came before it is past. One that is not among the possible
   * states was replaced while the answer was on its way, and says nothing.
   *
   * @returns how many states that ruled out; undefined where it says nothing
   */
  shown(is: (state: State | null) => boolean): number | undefined {
    const at = this.possible.findIndex(is);
    if (at < 0) return undefined;
    this.possible = this.possible.slice(at);
    return at;
  }

  /** It is known: one of `states` (one alone makes it certain). */
  settle(...states: (State | null)[]): void {
    this.possible = states;
  }
}
