/** Another process, or a connection the app opened itself, gives no sign of its commits: the log is looked at. */
const BUSY_MS = 5;
const QUIET_MS = 50;
const IDLE_MS = 250;
const QUIET_AFTER_MS = 1_000;
const IDLE_AFTER_MS = 60_000;

export interface PolledLog {
  /** There are commits that no capture has seen. */
  hasNews(): boolean;
  /** There are so many that they should not wait. */
  isPressed(): boolean;
}

/**
 * Looks often while there are commits and seldom while there are none. `onNews` is called once between two captures, and
 * once more where it gets pressing.
 */
export class CommitPoll {
  private timer: NodeJS.Timeout | null = null;
  private lastNews = 0;
  private told = false;

  constructor(
    private readonly log: PolledLog,
    private readonly onNews: (pressing: boolean) => void,
  ) {}

  /** Looks again from now on; called after every capture. `found`: whether that capture had something. */
  resume(found: boolean): void {
    this.told = false;
    if (found) this.lastNews = performance.now();
    this.schedule(found ? BUSY_MS : this.interval());
  }

  stop(): void {
    if (this.timer) clearTimeout(this.timer);
    this.timer = null;
  }

  private schedule(ms: number): void {
    this.stop();
    this.timer = setTimeout(() => this.look(), ms);
  }

  private look(): void {
    if (this.told) return this.lookForPressure();
    if (!this.log.hasNews()) return this.schedule(this.interval());
    this.told = true;
    this.schedule(QUIET_MS);
    this.onNews(false);
  }

  private lookForPressure(): void {
    if (!this.log.isPressed()) return this.schedule(QUIET_MS);
    this.stop();
    this.onNews(true);
  }

  private interval(): number {
    const quiet = performance.now() - this.lastNews;
    if (quiet < QUIET_AFTER_MS) return BUSY_MS;
    return quiet < IDLE_AFTER_MS ? QUIET_MS : IDLE_MS;
  }
}
