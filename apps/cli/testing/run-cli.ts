import { execFile } from 'node:child_process';
import path from 'node:path';

export interface CliEnd {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

const MAIN = path.join(__dirname, '..', 'main.ts');
const TIMEOUT_MS = 60_000;

/** Runs the command line in a process of its own. It sees the variables given, and those that Node needs to read TypeScript. */
export function runCli(
  args: readonly string[],
  options: { readonly cwd: string; readonly env?: Readonly<Record<string, string>> },
): Promise<CliEnd> {
  const { PATH = '', NODE_OPTIONS = '', TMPDIR = '' } = process.env;
  const env = { PATH, NODE_OPTIONS, ...(TMPDIR && { TMPDIR }), ...options.env };
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      [MAIN, ...args],
      { cwd: options.cwd, env, timeout: TIMEOUT_MS },
      (error, stdout, stderr) => {
        const code = error === null ? 0 : typeof error.code === 'number' ? error.code : -1;
        resolve({ code, stdout, stderr });
      },
    );
  });
}
