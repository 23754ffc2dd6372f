import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { StartAnswer, StartRequest } from './start.child';

const REGISTER = join(__dirname, '../setup/swc-register.cjs');

/** One start with an empty store in a process of its own, ended cleanly where it succeeds. */
export async function startElsewhere(request: StartRequest): Promise<StartAnswer> {
  const script = join(__dirname, 'start.child.ts');
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--require', REGISTER, script, JSON.stringify(request)],
    // Its worker thread reads NODE_OPTIONS for itself.
    { env: { ...process.env, NODE_OPTIONS: `--require "${REGISTER}"` } },
  );
  return JSON.parse(stdout) as StartAnswer;
}
