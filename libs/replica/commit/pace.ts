import type { Clock } from '../clock';
import type { ReplicaSettings } from '../replica-types';

/** One for all: an error made for each would cost more than the sleep. */
const INTERRUPTED = new Error('The circumstances have changed.');

/**
 * When the next entry may go. After a quiet interval at once; the commits of a busy writer are gathered for
 * `publishIntervalMs`; somebody who waits for an answer waits for `confirmIntervalMs` at most. No pace goes below
 * `confirmIntervalMs`, so that it bounds the number of requests whoever asks for them. Only two things do not keep it: a
 * log that grows faster than it should, and the end.
 */
export class Pace {
  private last = Number.NEGATIVE_INFINITY;
  private pressed = false;
  private ending = false;
  private sleeper = new AbortController();
  private readonly gatherMs: number;
  private readonly confirmMs: number;

  constructor(
    private readonly clock: Clock,
    { publishIntervalMs, confirmIntervalMs = 0 }: ReplicaSettings,
  ) {
    this.confirmMs = confirmIntervalMs;
    this.gatherMs = Math.max(publishIntervalMs, confirmIntervalMs);
  }

  /** Time (ms) until the next entry may go, where somebody waits for it or not. Never more than the interval, whatever the clock says. */
  left(awaited: boolean): number {
    if (this.pressed || this.ending) return 0;
    const interval = awaited ? this.confirmMs : this.gatherMs;
    return Math.min(this.last + interval - this.clock.now(), interval);
  }

  /** An entry has just been stored. */
  published(): void {
    this.last = this.clock.now();
  }

  /** One more waits, so many in all: the first is the one to whom another interval applies. */
  joined(waiting: number): void {
    if (waiting === 1) this.interrupt();
  }

  /** So much waits that it must be captured now. */
  press(): void {
    this.pressed = true;
    this.interrupt();
  }

  /** A capture takes what pressed. */
  captured(): void {
    this.pressed = false;
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
