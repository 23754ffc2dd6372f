import { isPersistenceError } from '../../errors';
import { errorLine, type LineLog } from '../log/event-log';
import { formatCount } from '../log/units';

/** One line in this time, however many answers are refused. */
const EVERY_MS = 10_000;

/** Says which answers did not leave, and why. */
export class RefusalLog {
  #lastLine = Number.NEGATIVE_INFINITY;
  #unsaid = 0;

  constructor(
    private readonly lines: LineLog,
    /** Milliseconds from any fixed point. */
    private readonly now: () => number,
  ) {}

  refused(what: string, error: unknown): void {
    const now = this.now();
    if (now - this.#lastLine < EVERY_MS) {
      this.#unsaid++;
      return;
    }
    const others =
      this.#unsaid === 0 ? '' : ` (and ${formatCount(this.#unsaid, 'other')} since the last line)`;
    this.#lastLine = now;
    this.#unsaid = 0;
    this.lines.warn(
      `${what}${others}. ${isPersistenceError(error) ? errorLine(error) : String(error)}`,
    );
  }
}
