import { execFile, execFileSync } from 'node:child_process';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { isRequired } from '../setup/required-peers';

const VERSION = '0.5.17';
const run = promisify(execFile);

/** Where scripts/install-litestream.sh puts it. */
function installed(): string {
  const system =
    process.platform === 'darwin'
      ? join(homedir(), 'Library', 'Caches')
      : join(homedir(), '.cache');
  const cache = process.env.XDG_CACHE_HOME || system;
  return join(cache, 'nestjs-persistence', `litestream-${VERSION}`, 'bin', 'litestream');
}

/** The Litestream command of the pinned version, or null: named by LITESTREAM, on the PATH, or installed by our script. */
export function findLitestream(): string | null {
  const candidates = [process.env.LITESTREAM, 'litestream', installed()];
  return candidates.find((command) => command && versionOf(command).includes(VERSION)) ?? null;
}

function versionOf(command: string): string {
  try {
    return execFileSync(command, ['version'], { encoding: 'utf8', stdio: 'pipe' });
  } catch {
    return '';
  }
}

/**
 * `describe`, or one loud line where there is no Litestream; there it fails instead where it is named in
 * REQUIRE_PEERS.
 */
export function describeWithLitestream(name: string, tests: (command: string) => void): void {
  const command = findLitestream();
  if (command) {
    describe(name, () => tests(command));
    return;
  }
  const line = `LITESTREAM ${VERSION} NOT FOUND, "${name}" IS NOT TESTED: run scripts/install-litestream.sh or set LITESTREAM.`;
  if (isRequired('litestream')) {
    it(name, () => {
      throw new Error(line);
    });
    return;
  }
  process.stderr.write(`${line}\n`);
  describe.skip(name, () => tests('litestream'));
}

export async function litestream(command: string, args: readonly string[]): Promise<void> {
  try {
    await run(command, [...args], { timeout: 60_000 });
  } catch (error) {
    const { stdout, stderr } = error as { stdout?: string; stderr?: string };
    throw new Error(`litestream ${args.join(' ')}\n${stdout}${stderr}`, { cause: error });
  }
}

export function restoreArgs(target: { txid?: number; time?: number }): string[] {
  if (target.txid !== undefined) return ['-txid', target.txid.toString(16).padStart(16, '0')];
  if (target.time !== undefined) return ['-timestamp', new Date(target.time).toISOString()];
  return [];
}
