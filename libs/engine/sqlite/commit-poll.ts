/** Another process, or a connection the app opened itself, gives no sign of its commits: the log is looked at. */
const BUSY_MS = 5;
const QUIET_MS = 50;
const IDLE_MS = 250;
const QUIET_AFTER_MS = 1_000;
const IDLE_AFTER_MS = 60_000;

/** Asks `hasNews` often while there are commits and seldom while there are none. */
export class CommitPoll {
  private timer: NodeJS.Timeout | null = null;
  private lastNews = 0;
  private running = false;

  constructor(
    private readonly hasNews: () => boolean,
    private readonly onNews: () => void,
  ) {}

  /** Looks again from now on; called after every capture. `found`: whether that capture had something. */
  resume(found: boolean): void {
    this.running = true;
    if (found) this.lastNews = performance.now();
    this.schedule(found ? BUSY_MS : this.interval());
  }

  stop(): void {
    this.running = false;
    if (this.timer) clearTimeout(this.timer);
    this.timer = null;
  }

  private schedule(ms: number): void {
    if (this.timer) clearTimeout(this.timer);
    this.timer = setTimeout(() => this.look(), ms);
  }

  private look(): void {
    if (!this.running) return;
    if (!this.hasNews()) return this.schedule(this.interval());
    this.stop();
    this.onNews();
  }

  private interval(): number {
    const quiet = performance.now() - this.lastNews;
    if (quiet < QUIET_AFTER_MS) return BUSY_MS;
    return quiet < IDLE_AFTER_MS ? QUIET_MS : IDLE_MS;
  }
}
