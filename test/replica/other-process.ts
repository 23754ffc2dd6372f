import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

/**
 * Runs `script` in another process with `db` open on the file, as a foreign program would. `killed`: the script ends by
 * killing its own process, so that nothing is closed.
 */
export function inOtherProcess(database: string, script: string, { killed = false } = {}): void {
  const sqlite = join(__dirname, '../../node_modules/better-sqlite3');
  const code = `const db = new (require(${JSON.stringify(sqlite)}))(${JSON.stringify(database)}); ${script}`;
  const { status, signal, stderr } = spawnSync(process.execPath, ['-e', code], {
    env: { PATH: process.env.PATH },
    encoding: 'utf8',
  });
  if (killed ? signal !== 'SIGKILL' : status !== 0)
    throw new Error(`the other process failed: ${stderr}`);
}
