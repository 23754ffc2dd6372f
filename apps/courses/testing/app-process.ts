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

  /** Its address once it listens; rejects with its output if it ends before. */
  async listening(): Promise<string> {
    const listens = new Promise<string>((resolve) => {
      const look = () => {
        const address = /^Listening on (\S+)$/m.exec(this.output)?.[1];
        if (address !== undefined) resolve(address);
      };
      this.child.stdout?.on('data', look);
      look();
    });
    const ended = this.exited.then((): never => {
      throw new Error(`The app ended before it listened:\n${this.output}`);
    });
    return Promise.race([listens, ended]);
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
