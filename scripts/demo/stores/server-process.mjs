import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

const START_MAX_MS = 30_000;
const STOP_MAX_MS = 5_000;

/** A server of `test/servers` as a process of its own: it prints `NAME=value` lines, then `READY ...`. */
export class ServerProcess {
  /** @type {Record<string, string>} */
  variables = {};
  readyLine = '';
  #child;
  #exited;

  constructor(child) {
    this.#child = child;
    this.#exited = once(child, 'exit');
    this.#exited.catch(() => undefined);
  }

  /** @param {string[]} args script and arguments. @throws {Error} with what it printed, if it ends or takes too long */
  static async start(args) {
    // A group of its own: Ctrl-C is for the demo, which stops the app before the server.
    const child = spawn(process.execPath, args, {
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    const server = new ServerProcess(child);
    try {
      await server.#ready();
    } catch (error) {
      await server.stop();
      throw error;
    }
    return server;
  }

  async stop() {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    this.#child.kill('SIGTERM');
    const late = setTimeout(() => this.#child.kill('SIGKILL'), STOP_MAX_MS);
    await this.#exited;
    clearTimeout(late);
  }

  async #ready() {
    const printed = [];
    const failed = (reason) => new Error(`The store ${reason}.\n${printed.join('\n')}`);
    await new Promise((resolve, reject) => {
      const late = setTimeout(() => reject(failed('does not get ready')), START_MAX_MS);
      const read = (line) => {
        printed.push(line);
        const variable = /^([A-Z0-9_]+)=(.*)$/.exec(line);
        if (variable) this.variables[variable[1]] = variable[2];
        if (!line.startsWith('READY')) return;
        this.readyLine = line;
        clearTimeout(late);
        resolve();
      };
      for (const stream of [this.#child.stdout, this.#child.stderr]) {
        createInterface({ input: stream }).on('line', read);
      }
      this.#exited.then(
        ([code, signal]) => reject(failed(`ended at once (${signal ?? code})`)),
        (error) => reject(failed(`could not be started: ${error.message}`)),
      );
    });
  }
}
