import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

const OUTPUT_MAX = 1 << 20;

export interface ProcessEnd {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface TestProcessOptions {
  readonly args?: readonly string[];
  /** Added to this process's own; with its NODE_OPTIONS a child reads TypeScript where this process does. */
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
}

/** A Node process under test: speaks in lines, can be killed at any of them. */
export class TestProcess {
  readonly exited: Promise<ProcessEnd>;
  readonly #child: ChildProcess;
  readonly #lines: string[] = [];
  readonly #listeners = new Set<() => void>();
  #output = '';
  #end: ProcessEnd | undefined;

  /** @param file JavaScript or TypeScript, as an absolute path */
  constructor(file: string, options: TestProcessOptions = {}) {
    this.#child = spawn(process.execPath, [file, ...(options.args ?? [])], {
      env: { ...process.env, ...options.env },
      cwd: options.cwd,
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    createInterface({ input: this.#child.stdout! }).on('line', (line) => {
      this.#lines.push(line);
      this.#keep(`${line}\n`);
      this.#tell();
    });
    this.#child.stderr!.setEncoding('utf8').on('data', (text: string) => this.#keep(text));
    // Writing to a child that was killed is no error of the test.
    this.#child.stdin!.on('error', () => undefined);
    this.exited = new Promise((resolve, reject) => {
      this.#child.once('error', reject);
      this.#child.once('close', (code, signal) => {
        this.#end = { code, signal };
        resolve(this.#end);
        this.#tell();
      });
    });
  }

  get pid(): number {
    return this.#child.pid ?? -1;
  }

  /** Both outputs so far, the first MiB. */
  get output(): string {
    return this.#output;
  }

  /** The next line that matches; those before it are passed over. Rejects when the process ends or the time is up. */
  async line(pattern: RegExp, timeoutMs = 20_000): Promise<string> {
    return new Promise((resolve, reject) => {
      const done = (settle: () => void) => {
        clearTimeout(timer);
        this.#listeners.delete(look);
        settle();
      };
      const fail = (why: string) =>
        done(() => reject(new Error(`${why} before ${String(pattern)}\n${this.#output}`)));
      const look = () => {
        const at = this.#lines.findIndex((line) => pattern.test(line));
        if (at >= 0) {
          const [line] = this.#lines.splice(0, at + 1).slice(-1);
          done(() => resolve(line!));
        } else if (this.#end !== undefined) fail('ended');
      };
      const timer = setTimeout(() => fail(`${timeoutMs} ms passed`), timeoutMs);
      this.#listeners.add(look);
      look();
    });
  }

  /** Sends a line to its standard input. */
  send(line: string): void {
    this.#child.stdin!.write(`${line}\n`);
  }

  /** Resolves when it is gone. */
  kill(signal: NodeJS.Signals = 'SIGKILL'): Promise<ProcessEnd> {
    this.#child.kill(signal);
    return this.exited;
  }

  #keep(text: string): void {
    this.#output = (this.#output + text).slice(0, OUTPUT_MAX);
  }

  #tell(): void {
    for (const listener of this.#listeners) listener();
  }
}
