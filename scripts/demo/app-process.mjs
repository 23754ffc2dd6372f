import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { appLine } from './print.mjs';

const START_MAX_MS = 60_000;
const STOP_MAX_MS = 15_000;

/** Nest's own lines about modules and routes, and progress that the demo shows itself. */
const NOISE =
  /\[(NestFactory|InstanceLoader|RoutesResolver|RouterExplorer|NestApplication)\]|\[Catalogue\] [\d,]+ of/;
/** What Nest's logger puts before level and context. */
const PREFIX = /^\[Nest\] \d+\s+- .*? +(?=LOG|WARN|ERROR)/;

/** The demo app as a process of its own. */
export class AppProcess {
  #child;
  #exited;
  #address;

  constructor(child) {
    this.#child = child;
    this.#exited = once(child, 'exit');
    // Answered by whoever waits for the exit; without this line a failing spawn would end the demo first.
    this.#exited.catch(() => undefined);
  }

  /**
   * Starts the app and waits until it listens.
   * @param {{ main: string, cwd: string, env: Record<string, string> }} options
   * @throws {Error} when it ends or does not listen in time; its own lines have been shown by then
   */
  static async start({ main, cwd, env }) {
    const child = spawn(process.execPath, [main], {
      cwd,
      env: { ...inherited(), ...env, NO_COLOR: '1' },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const app = new AppProcess(child);
    try {
      app.#address = await app.#listening();
    } catch (error) {
      await app.kill();
      throw error;
    }
    return app;
  }

  /** `http://host:port` */
  get address() {
    return this.#address;
  }

  get pid() {
    return this.#child.pid;
  }

  get running() {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** SIGKILL: the process has no chance to finish anything. Resolves when it is gone. */
  async kill() {
    this.#child.kill('SIGKILL');
    await this.#exited;
  }

  /** Asks it to end and waits until it has, at most 15 s; then it is killed. Resolves with whether it ended by itself. */
  async stop() {
    if (!this.running) return true;
    this.#child.kill('SIGTERM');
    const deadline = setTimeout(() => this.#child.kill('SIGKILL'), STOP_MAX_MS);
    await this.#exited;
    clearTimeout(deadline);
    return this.#child.signalCode !== 'SIGKILL';
  }

  /** Resolves when the process has ended, for whatever reason. */
  async ended() {
    await this.#exited;
  }

  async #listening() {
    const listens = new AbortController();
    const address = this.#printedAddress();
    try {
      return await Promise.race([address, this.#endedEarly(), this.#late(listens.signal)]);
    } finally {
      listens.abort();
    }
  }

  #printedAddress() {
    onLine(this.#child.stderr, showLine);
    return new Promise((resolve) => {
      onLine(this.#child.stdout, (line) => {
        const address = /^Listening on (http:\S+)/.exec(line)?.[1];
        if (address === undefined) showLine(line);
        else resolve(address);
      });
    });
  }

  async #endedEarly() {
    const [code, signal] = await this.#exited;
    throw new Error(`The app ended before it listened (${signal ?? `exit code ${code}`}).`);
  }

  async #late(signal) {
    // Rejects when aborted as well, after the race is over.
    await sleep(START_MAX_MS, undefined, { signal });
    throw new Error(`The app does not listen after ${START_MAX_MS / 1_000} s.`);
  }
}

function onLine(stream, listener) {
  createInterface({ input: stream, crlfDelay: Infinity }).on('line', listener);
}

function showLine(line) {
  if (line.trim() !== '' && !NOISE.test(line)) appLine(line.replace(PREFIX, ''));
}

/**
 * Only what a process needs to run: a DATABASE_URL or a bucket in the user's shell must not lead the demo to a real
 * database.
 */
function inherited() {
  const names = ['PATH', 'HOME', 'TMPDIR', 'TEMP', 'TMP', 'SYSTEMROOT', 'LANG', 'TZ'];
  return Object.fromEntries(
    names
      .filter((name) => process.env[name] !== undefined)
      .map((name) => [name, process.env[name]]),
  );
}
