import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

const ROOT = join(__dirname, '..', '..', '..');
const REGISTER = join(ROOT, 'test', 'setup', 'swc-register.cjs');
const MAIN = join(ROOT, 'apps', 'courses', 'main.ts');

/** The app's threads read it as well, unlike an argument. */
const REGISTERED = { NODE_OPTIONS: `--require "${REGISTER}"` };

/** The demo app in a process of its own, run from its sources. */
export class AppProcess {
  private output = '';
  private readonly exited: Promise<unknown[]>;

  private constructor(private readonly child: ChildProcess) {
    this.exited = once(child, 'close');
    child.stdout?.on('data', (chunk: Buffer) => (this.output += chunk.toString()));
    child.stderr?.on('data', (chunk: Buffer) => (this.output += chunk.toString()));
  }

  static run(env: Record<string, string>): AppProcess {
    const { PATH = '', HOME = '' } = process.env;
    const child = spawn(process.execPath, [MAIN], {
      cwd: ROOT,
      env: {
        PATH,
        HOME,
        PORT: '0',
        COURSES_CATALOGUE: 'none',
        NO_COLOR: '1',
        ...REGISTERED,
        ...env,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    return new AppProcess(child);
  }

  /** Its address once it listens. */
  async listening(): Promise<string> {
    return (await this.printed(/^Listening on (\S+)$/m))[1]!;
  }

  /** The first match in what it prints; rejects with its output if it ends before. */
  async printed(pattern: RegExp): Promise<RegExpExecArray> {
    const match = new Promise<RegExpExecArray>((resolve) => {
      const look = () => {
        const found = pattern.exec(this.output);
        if (found !== null) resolve(found);
      };
      this.child.stdout?.on('data', look);
      look();
    });
    const ended = this.exited.then((): never => {
      throw new Error(`The app ended before it printed ${pattern}:\n${this.output}`);
    });
    return Promise.race([match, ended]);
  }

  /** Exit code and everything it printed, once it has ended. */
  async end(): Promise<{ code: number | null; output: string }> {
    await this.exited;
    return { code: this.child.exitCode, output: this.output };
  }

  async kill(signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
    this.child.kill(signal);
    await this.exited;
  }
}
