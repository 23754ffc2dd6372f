import type { Request, Outcome } from './connection';

const PROBLEMS_MAX = 100;

/** What a life's requests came to. */
export class Tally {
  /** Writes answered with a 2xx. */
  acknowledged = 0;
  /** Writes that were refused as they had to be. */
  refused = 0;
  /** Writes that were sent and of whose answer no byte came. */
  inFlight = 0;
  /** Writes whose connection broke in the first line of the answer, or before the request was out. */
  broken = 0;
  /** States of what others own that a read has shown. */
  shown = 0;
  /** Of these, while the writer had no answer yet. */
  shownEarly = 0;
  /** Answers that no request should have had. */
  readonly problems: string[] = [];

  /** So much went wrong that there is no point in going on. */
  get hopeless(): boolean {
    return this.problems.length >= PROBLEMS_MAX;
  }

  unexpected({ method, path }: Request, outcome: Outcome, expected: string): void {
    const got =
      outcome.kind === 'answered'
        ? `${outcome.status} ${JSON.stringify(outcome.body) ?? ''}`
        : `no answer (${outcome.kind}) from a living app`;
    this.problems.push(`${method} ${path}: ${expected} was expected, got ${got.slice(0, 500)}`);
  }
}
