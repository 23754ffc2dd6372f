import type { Clock } from '../clock';
import type { ReplicaSettings } from '../replica-types';

/** Of the last request's time, for those who were answered by it to come back; and at most (ms). */
const RETURN_SHARE = 0.15;
const RETURN_MS_MAX = 5;

/** One for all: an error made for each would cost more than the sleep. */
const INTERRUPTED = new Error('The circumstances have changed.');

/**
 * When the next entry may go. After a quiet interval at once; the commits of a busy writer are gathered for
 * `publishIntervalMs`; somebody who waits for an answer waits for `confirmIntervalMs` at most. No pace goes below
 * `confirmIntervalMs`, so that it bounds the number of requests whoever asks for them. Only two things do not keep it: a
 * log that grows faster than it should, and the end.
 *
 * Many who write, wait for the answer and write again come back a moment after the request that served them. Would the
 * next go with the first of them, the rest would wait for two: so it waits that moment. One alone never waits for others.
 */
export class Pace {
  private last = Number.NEGATIVE_INFINITY;
  private pressed = false;
  private ending = false;
  private sleeper = new AbortController();
  private readonly gatherMs: number;
  private readonly confirmMs: number;
  /** Time of the last request (ms); 0 if the last capture needed none. */
  private requestMs = 0;
  /** How many may soon wait again; 0 where it was one, or none. */
  private expected = 0;
  private answeredAt = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly clock: Clock,
    { publishIntervalMs, confirmIntervalMs = 0 }: ReplicaSettings,
  ) {
    this.confirmMs = confirmIntervalMs;
    this.gatherMs = Math.max(publishIntervalMs, confirmIntervalMs);
  }

  /** Time (ms) until the next entry may go, with so many waiting for it. */
  left(waiting: number): number {
    return Math.max(this.paced(waiting > 0), this.returning(waiting));
  }

  /** The same by the intervals alone; never more than the interval, whatever the clock says. */
  paced(awaited: boolean): number {
    if (this.pressed || this.ending) return 0;
    const interval = awaited ? this.confirmMs : this.gatherMs;
    return this.until(this.last, interval);
  }

  /** What is left (ms) of the moment in which those who were answered come back; 0 where nobody waits, or all are back. */
  private returning(waiting: number): number {
    if (this.pressed || this.ending || waiting === 0 || waiting >= this.expected) return 0;
    return this.until(this.answeredAt, Math.min(RETURN_SHARE * this.requestMs, RETURN_MS_MAX));
  }

  private until(since: number, interval: number): number {
    return Math.min(since + interval - this.clock.now(), interval);
  }

  /** An entry has just been stored, by a request that took so long. */
  published(tookMs: number): void {
    this.last = this.clock.now();
    this.requestMs = tookMs;
  }

  /** So many were answered, and so many wait beside them. */
  served(answered: number, waiting: number): void {
    this.expected = answered < 2 ? 0 : answered + waiting;
  }

  /** The answers have been passed on: from here on those who got them may come back. */
  answered(): void {
    this.answeredAt = this.clock.now();
  }

  /** One more waits, so many in all: the last of those who were expected, and one who is expected by nobody, interrupts. */
  joined(waiting: number): void {
    if (waiting === 1 || this.returning(waiting) <= 0) this.interrupt();
  }

  /** So much waits that it must be captured now. */
  press(): void {
    this.pressed = true;
    this.interrupt();
  }

  /** A capture takes what pressed, and those who were waited for. */
  captured(): void {
    this.pressed = false;
    this.requestMs = 0;
    this.expected = 0;
  }

  /** From here on nothing waits for a pace. */
  end(): void {
    this.ending = true;
    this.interrupt();
  }

  /** Something has changed: `sleep` ends, and the time that is left is asked for again. */
  private interrupt(): void {
    this.sleeper.abort(INTERRUPTED);
  }

  /** For as long as nothing interrupts. What came before the call interrupts too, unless `left` was asked for since. */
  async sleep(ms: number): Promise<void> {
    const { signal } = this.sleeper;
    try {
      await this.clock.sleep(ms, signal);
    } catch (error) {
      if (!signal.aborted) throw error;
    }
  }

  /** Forgets the interruptions there have been; to be called right before the circumstances are looked at. */
  renew(): void {
    if (this.sleeper.signal.aborted) this.sleeper = new AbortController();
  }
}
