import type { Origin } from './demo-process';
import type { Verdict } from './death/page-oracle';

/** How one life of the demo went, from its start to what was found after its death. */
export interface LifeReport {
  readonly life: number;
  /** What was done to its disk before it began. */
  readonly disk: string;
  readonly origin: Origin | null;
  /** Milliseconds from launch to listening; null if it was killed before. */
  readonly readyMs: number | null;
  /** Milliseconds from launch to SIGKILL. */
  readonly livedMs: number;
  /** It was to be killed before it was ready. */
  readonly early: boolean;
  readonly acknowledged: number;
  readonly refused: number;
  /** States of what others own that a read has shown, so that they have to be there. */
  readonly shown: number;
  /** Of these, how many while their writer was still waiting for its answer. */
  readonly shownEarly: number;
  readonly inFlight: number;
  readonly broken: number;
  readonly pages: Verdict;
  /** Acknowledged and not there, refused and there, in flight and half there, or never asked for: a sentence each. */
  readonly lost: readonly string[];
  /** Answers that should not have been, a start that failed, an origin that was not expected. */
  readonly problems: readonly string[];
}

export const ACKNOWLEDGED_MIN = 100;
export const COUNTING_MIN = 0.9;

/** Whether this life is evidence: killed early as planned, or under enough load and with a request in flight. */
export function isCounting({ early, readyMs, acknowledged, inFlight }: LifeReport): boolean {
  if (early) return readyMs === null;
  return acknowledged >= ACKNOWLEDGED_MIN && inFlight >= 1;
}

/** Whether something went wrong in this life; one that merely does not count has not failed. */
export const hasFailed = ({ lost, problems, pages }: LifeReport): boolean =>
  lost.length > 0 || problems.length > 0 || pages.kind === 'different';

/** Why the run as a whole failed, a sentence each; empty if it passed. */
export function failuresOf(lives: readonly LifeReport[]): string[] {
  const failures = lives.flatMap(({ life, lost, problems, pages }) => [
    ...lost.map((each) => `life ${life}, lost: ${each}`),
    ...problems.map((each) => `life ${life}: ${each}`),
    ...(pages.kind === 'different' ? [`life ${life}, pages: ${pages.reason}`] : []),
  ]);
  // A run that stopped at a failure is too short for the rest to say anything.
  if (failures.length > 0) return failures;
  const counting = lives.filter(isCounting).length;
  if (counting < COUNTING_MIN * lives.length) {
    failures.push(`only ${counting} of ${lives.length} lives count`);
  }
  const compared = lives.filter(({ pages }) => pages.kind !== 'skipped').length;
  if (compared * 2 <= lives.length) {
    failures.push(`only ${compared} of ${lives.length} lives could be compared page by page`);
  }
  return failures;
}
