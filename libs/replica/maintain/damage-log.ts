import { isPersistenceError, type PersistenceError } from '../../errors';
import type { Clock } from '../clock';

/** A damaged object does not heal by being read every half minute. */
const PAUSE_MS = 10 * 60_000;

/** What could not be done because an object is damaged: left alone for a while, and reported all the time. */
export class DamageLog {
  private readonly known = new Map<string, { readonly error: PersistenceError; until: number }>();

  constructor(private readonly clock: Clock) {}

  /**
   * Does the work unless it failed for damage a short while ago; `key` names it. Resolves to null where it fails or failed for
   * damage; any other failure is passed on.
   */
  async attempt<T>(key: string, work: () => Promise<T>): Promise<T | null> {
    const now = this.clock.now();
    const known = this.known.get(key);
    // The clock may have gone back.
    if (known && now < known.until && now >= known.until - PAUSE_MS) return null;
    try {
      const result = await work();
      this.known.delete(key);
      return result;
    } catch (error) {
      if (!isPersistenceError(error) || error.kind !== 'corrupt') throw error;
      this.known.set(key, { error, until: now + PAUSE_MS });
      return null;
    }
  }

  /** Forgets what was not met again since its pause ended. */
  get standing(): PersistenceError | null {
    const now = this.clock.now();
    for (const [key, { until }] of this.known) if (now >= until) this.known.delete(key);
    return this.known.values().next().value?.error ?? null;
  }
}
