import { CLOSING_SHARE } from '../lifecycle/closing-share';
import type { LineLog } from '../log/event-log';
import { formatDuration } from '../log/units';
import type { PersistenceSettings } from '../module/settings';
import type { AppConnections } from '../typeorm/app-connections';
import type { LiveReplica } from './live-replica';

/** On top of the shutdown time, for letting go of the file. */
const GRACE_MS = 500;

export interface DatabaseEndParts {
  readonly settings: PersistenceSettings;
  /** Null where nothing is replicated. */
  readonly replica: LiveReplica | null;
  readonly connections: AppConnections;
  readonly lines: LineLog;
  /** ms since 1970. */
  readonly now: () => number;
}

/** How one database ends with its app: within `shutdownTimeoutMs`, whatever is still open and whatever the store does. */
export class DatabaseEnd {
  #closingSince: number | undefined;

  constructor(private readonly parts: DatabaseEndParts) {}

  /** The app has begun to close: nothing waits for a pace any more, and the time runs, in part. */
  closing(): void {
    this.#closingSince ??= this.parts.now();
    this.parts.replica?.hurry();
  }

  /**
   * Ends writing, ships what is left and releases the database. Resolves to whether that was clean. Never rejects.
   *
   * @param starting the start, which may still be under way
   * @param endWork ends what the app does with the store beside the log
   */
  async drain(starting: Promise<void>, endWork: () => Promise<void>): Promise<boolean> {
    const { replica, lines } = this.parts;
    if (replica === null) return true;
    const timeoutMs = this.#timeLeft();
    const released = this.#release(replica, starting, endWork, timeoutMs);
    // The replica keeps its own time; this bounds what it cannot: a start that never ends.
    const clean = await within(released, timeoutMs + GRACE_MS);
    if (clean !== undefined) return clean;
    lines.error(`The database was not released within ${formatDuration(timeoutMs)}.`);
    return false;
  }

  /** Of `shutdownTimeoutMs`, behind the requests that were still under way. */
  #timeLeft(): number {
    const { settings, now } = this.parts;
    const spent = this.#closingSince === undefined ? 0 : now() - this.#closingSince;
    return settings.shutdownTimeoutMs - Math.min(spent, CLOSING_SHARE * settings.shutdownTimeoutMs);
  }

  async #release(
    replica: LiveReplica,
    starting: Promise<void>,
    endWork: () => Promise<void>,
    timeoutMs: number,
  ): Promise<boolean> {
    const { connections, lines, now } = this.parts;
    const begun = now();
    const patience = timeoutMs * CLOSING_SHARE;
    try {
      await starting.catch(() => {}); // Reported when it failed.
      const ended = endWork();
      if (!(await connections.refuseWrites(patience))) {
        lines.warn(
          `A transaction was still open after ${formatDuration(patience)} of shutting down and was rolled back.`,
        );
      }
      await ended;
      const left = timeoutMs - (now() - begun);
      return await replica.stop({ timeoutMs: Math.max(0, left) });
    } catch (error) {
      lines.error(`The database was not released cleanly. ${String(error)}`);
      return false;
    }
  }
}

/** What `promise` resolves to; undefined if that takes longer than `timeoutMs`. */
async function within<T>(promise: Promise<T>, timeoutMs: number): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<undefined>((resolve) => {
    timer = setTimeout(resolve, timeoutMs, undefined);
  });
  try {
    return await Promise.race([promise, limit]);
  } finally {
    clearTimeout(timer);
  }
}
