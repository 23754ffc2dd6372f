import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Durability } from './durability';
import type { StorePlace } from './store/store-place';

/** What `npm run build:app` makes. */
export const DEMO = join(__dirname, '../../dist/apps/courses/main.js');
const READY_TIMEOUT_MS = 60_000;
const EXIT_TIMEOUT_MS = 30_000;
const LINES_KEPT = 400;

export type Origin = 'created' | 'restored' | 'adopted' | 'continued';

/** How the log says where the database came from. */
const ORIGINS: readonly [RegExp, Origin][] = [
  [/a new database was created/, 'created'],
  [/the local file was taken over/, 'adopted'],
  [/is current and was continued/, 'continued'],
  [/The database was restored/, 'restored'],
];

export interface Places {
  readonly database: string;
  readonly store: StorePlace;
  readonly durability: Durability;
}

/** The built demo as a process of its own, on a free port. */
export class DemoProcess {
  private readonly lines: string[] = [];
  private readonly begun = performance.now();
  private readonly watchers = new Set<(line: string) => void>();
  private readonly exited: Promise<unknown>;

  private constructor(private readonly child: ChildProcess) {
    this.exited = once(child, 'close');
    for (const stream of [child.stdout!, child.stderr!]) {
      createInterface({ input: stream }).on('line', (line) => this.take(line));
    }
  }

  static launch({ database, store, durability }: Places): DemoProcess {
    if (!existsSync(DEMO)) throw new Error(`${DEMO} is missing: run "npm run build:app" first.`);
    const { PATH, SystemRoot, TEMP } = process.env;
    const child = spawn(process.execPath, [DEMO], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        PATH,
        SystemRoot,
        TEMP,
        NO_COLOR: '1',
        HOST: '127.0.0.1',
        PORT: '0',
        COURSES_CATALOGUE: 'none',
        DATABASE_PATH: database,
        PERSISTENCE_DURABILITY: durability,
        ...store.variables,
      },
    });
    return new DemoProcess(child);
  }

  /** Milliseconds since the launch. */
  get age(): number {
    return performance.now() - this.begun;
  }

  get running(): boolean {
    return this.child.exitCode === null && this.child.signalCode === null;
  }

  get origin(): Origin | null {
    const found = ORIGINS.find(([pattern]) => this.lines.some((line) => pattern.test(line)));
    return found?.[1] ?? null;
  }

  /** What it printed, newest last. */
  get log(): string {
    return this.lines.join('\n');
  }

  /** Where it listens. Rejects, with what it printed, if it ends or takes too long. */
  async ready(): Promise<string> {
    const match = await this.line(/Listening on (http:\S+)/);
    if (match) return match[1]!;
    await this.kill();
    throw new Error(`The demo did not get ready; it printed:\n${this.log}`);
  }

  /** The first line that matches; null if the process ends without one, or takes too long. */
  line(pattern: RegExp): Promise<RegExpExecArray | null> {
    return new Promise((resolve) => {
      const look = (line: string): void => {
        const match = pattern.exec(line);
        if (match) finish(match);
      };
      const finish = (match: RegExpExecArray | null): void => {
        clearTimeout(timer);
        this.watchers.delete(look);
        resolve(match);
      };
      const timer = setTimeout(() => finish(null), READY_TIMEOUT_MS);
      this.watchers.add(look);
      this.lines.forEach(look);
      void this.exited.then(() => finish(null));
    });
  }

  /** SIGKILL; resolves when the process is gone. */
  async kill(): Promise<void> {
    if (this.running) this.child.kill('SIGKILL');
    await this.exited;
  }

  /** SIGTERM; resolves to whether it ended by itself and says that everything is stored. */
  async stop(): Promise<boolean> {
    const timer = setTimeout(() => this.child.kill('SIGKILL'), EXIT_TIMEOUT_MS);
    this.child.kill('SIGTERM');
    await this.exited;
    clearTimeout(timer);
    // Nest hands the signal on when its hooks are through.
    return this.child.signalCode !== 'SIGKILL' && /Stopped cleanly/.test(this.log);
  }

  private take(line: string): void {
    this.lines.push(line);
    if (this.lines.length > LINES_KEPT) this.lines.shift();
    for (const watcher of this.watchers) watcher(line);
  }
}
