import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

/** Runs `script` in another process with `db` open on the file, as a foreign program would; its result comes back as JSON. */
export function inOtherProcess(database: string, script: string): unknown {
  const sqlite = join(__dirname, '../../node_modules/better-sqlite3');
  const code = `const db = new (require(${JSON.stringify(sqlite)}))(${JSON.stringify(database)}); ${script}`;
  const output = execFileSync(process.execPath, ['-e', code], {
    env: { PATH: process.env.PATH },
    encoding: 'utf8',
  });
  return output ? JSON.parse(output) : undefined;
}
